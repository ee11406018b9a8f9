using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Text;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Text;

/// <summary>Tests that numbers in messages have the same form in every culture.</summary>
public class InvariantMessageTests
{
    private static readonly Dictionary<string, Func<string>> s_messages = new()
    {
        ["-Temperature is 2.5. It must be at least 0 and less than 2."] = () => RefusalOf(new QwenOptions { Temperature = 2.5 }),
        ["-TopP is 1.25. It must be greater than 0 and at most 1."] = () => RefusalOf(new QwenOptions { TopP = 1.25 }),
        ["No response was received for 1.5 seconds. The connection's -FirstByteTimeoutSeconds sets this limit."] = () => TimeoutAfter(1.5),
        ["No response was received for 1 second. The connection's -FirstByteTimeoutSeconds sets this limit."] = () => TimeoutAfter(1),
        ["1,234 turns"] = () => Quantity.Of(1234, "turn"),
        ["qwen-plus: 1.5 requests and 1 token per minute"] = () =>
            new QwenModelLimit { Model = "qwen-plus", RequestsPerMinute = 1.5, TokensPerMinute = 1 }.ToString(),
    };

    public static TheoryData<string> Messages => new(s_messages.Keys);

    [Theory]
    [MemberData(nameof(Messages))]
    public void The_culture_does_not_change_a_message(string expected)
    {
        using var german = new GermanCulture();
        Assert.Equal(expected, s_messages[expected]());
    }

    private static string RefusalOf(QwenOptions options)
    {
        var conversation = new QwenConversation(QwenApi.ChatCompletions, new QwenConnection(), options);
        return Assert.Throws<QwenException>(() => OptionCheck.Check(QwenApi.ChatCompletions, options, null, conversation, new NoticeQueue())).Message;
    }

    private static string TimeoutAfter(double seconds)
    {
        var time = new FakeTime();
        using var watchdog = new Watchdog(time, default);
        watchdog.Watch(Watchdog.FirstBytePhase, TimeSpan.FromSeconds(seconds));
        time.Advance(TimeSpan.FromSeconds(seconds));
        return watchdog.Explain(new OperationCanceledException())!.Message;
    }
}
