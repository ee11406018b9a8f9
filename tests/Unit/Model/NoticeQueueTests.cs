using QwenChat.Model;
using Xunit;

namespace QwenChat.Tests.Model;

public class NoticeQueueTests
{
    [Fact]
    public void Notices_are_returned_in_order()
    {
        int arrived = 0;
        var notices = new NoticeQueue(() => arrived++) { WantsDebug = true };
        notices.Warn("a");
        notices.Verbose("b");
        notices.Debug(() => "c");
        var taken = new List<Notice>();
        while (notices.TryTake(out var notice))
            taken.Add(notice);
        Assert.Equal([new(NoticeLevel.Warning, "a"), new(NoticeLevel.Verbose, "b"), new(NoticeLevel.Debug, "c")], taken);
        Assert.Equal(3, arrived);
    }

    [Fact]
    public void Unwanted_debug_text_is_not_created()
    {
        var notices = new NoticeQueue();
        notices.Debug(() => throw new InvalidOperationException("made"));
        Assert.False(notices.TryTake(out _));
    }
}
