using System.Text;
using System.Text.Json;
using QwenChat.Protocols;
using Xunit;

namespace QwenChat.Tests.Protocols;

/// <summary>Tests that a token count in a response is read, limited to a maximum or ignored, whatever its type and value.</summary>
public class UsageReaderTests
{
    private static QwenUsage? Read(string count)
    {
        string usage = """{"usage":{"prompt_tokens":COUNT,"completion_tokens":COUNT,"total_tokens":COUNT,"prompt_tokens_details":{"cached_tokens":COUNT}}}""";
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(usage.Replace("COUNT", count, StringComparison.Ordinal)));
        reader.Read();
        reader.Read();
        return UsageReader.Read(ref reader);
    }

    [Theory]
    [InlineData("7", 7L)]
    [InlineData("0", 0L)]
    [InlineData("7.9", 7L)]
    [InlineData("1e3", 1_000L)]
    public void A_count_is_read_and_bounded(string count, long expected)
    {
        var usage = Read(count)!;
        Assert.Equal((expected, expected, expected, expected), (usage.InputTokens, usage.OutputTokens, usage.TotalTokens, usage.CachedTokens));
        var sum = usage;
        for (int i = 0; i < 70; i++)
            sum += sum;
        Assert.InRange(sum.InputTokens!.Value, expected == 0 ? 0 : 1, 1_000_000_000_000_000);
        Assert.InRange(sum.CountTokens(), 0, 2_000_000_000_000_000);
    }

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("18446744073709551616")]
    [InlineData("1e300")]
    [InlineData("1e400")]
    [InlineData("-1")]
    [InlineData("-9223372036854775808")]
    [InlineData("-1e300")]
    [InlineData("\"7\"")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[7]")]
    [InlineData("{}")]
    public void An_invalid_count_is_not_reported(string count) => Assert.Null(Read(count));
}
