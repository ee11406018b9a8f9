using System.Runtime.CompilerServices;
using QwenChat.Commands;
using Xunit;

namespace QwenChat.Tests.Commands;

public class KnownConversationsTests
{
    private readonly KnownConversations _known = new();

    [Fact]
    public void The_one_used_last_comes_first()
    {
        QwenConversation[] used = [New(), New(), New()];
        foreach (var conversation in used.Append(used[0]))
            _known.Add(conversation);
        Assert.Equal([used[0], used[2], used[1]], _known.All);
    }

    [Fact]
    public void One_that_was_removed_is_known_no_more()
    {
        QwenConversation[] used = [New(), New()];
        _known.Add(used[0]);
        _known.Add(used[1]);
        _known.Remove(used[1]);
        Assert.Equal([used[0]], _known.All);
    }

    [Fact]
    public void They_do_not_become_more_and_more()
    {
        var used = Enumerable.Range(0, 150).Select(_ => New()).ToArray();
        foreach (var conversation in used)
            _known.Add(conversation);
        Assert.Equal(used.Reverse().Take(100), _known.All);
    }

    [Fact]
    public void None_is_kept_alive()
    {
        AddAndForget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Empty(_known.All);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddAndForget() => _known.Add(New());

    private static QwenConversation New() => new QwenClient(new QwenConnection { BaseUri = new Uri("http://127.0.0.1:1") }).NewConversation(QwenApi.ChatCompletions);
}
