using System.Text;
using System.Text.RegularExpressions;
using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>Tests that an impossible token count neither loses the answer nor affects a limit or a sum.</summary>
public class UsageTests(ITestOutputHelper output)
{
    private const long MostTokens = 1_000_000_000_000_000;

    private static readonly string[] s_counts =
    [
        "0", "-1", "9223372036854775807", "-9223372036854775808", "18446744073709551616", "1e300", "-1e300", "1e400", "0.5", "1.5e3", "\"7\"", "\"\"", "null",
            "true", "[]", "[1]", "{}", "{\"a\":1}",
    ];

    private readonly FaultCases _cases = new(output);

    public static TheoryData<QwenApi, bool> Everywhere => FaultCases.Everywhere;

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void An_impossible_count_is_ignored(QwenApi api, bool stream)
    {
        var recorded = Recorded.Of(api, stream);
        string text = Encoding.UTF8.GetString(recorded.Bytes);
        foreach (string field in Regex.Matches(text, "\"(\\w*tokens)\":\\d+").Select(match => match.Groups[1].Value).Distinct().Append("\\w*tokens"))
        {
            foreach (string count in s_counts)
            {
                string changed = Regex.Replace(text, $"\"({field})\":\\d+", $"\"$1\":{count.Replace("$", "$$", StringComparison.Ordinal)}");
                var outcome = FaultedTurn.Play(recorded, recorded.Answer with { Body = Encoding.UTF8.GetBytes(changed) });
                _cases.Add($"{field} = {count}", outcome.NotWhole(recorded, 1) ?? Wrong(outcome.Reply!));
            }
        }
        _cases.Check();
    }

    private static string? Wrong(QwenReply reply)
    {
        var usage = reply.Conversation.Usage;
        long?[] counts = [usage?.InputTokens, usage?.OutputTokens, usage?.TotalTokens, usage?.CachedTokens, usage?.ReasoningTokens, reply.Usage?.TotalTokens];
        if (counts.Any(count => count is < 0 or > MostTokens))
            return $"the usage is {usage}";
        return reply.Conversation.Ledger.Tokens is < 0 or > 2 * MostTokens || reply.Cost < 0 ? $"{reply.Conversation.Ledger.Tokens} tokens count, {reply.Cost}"
            : null;
    }
}
