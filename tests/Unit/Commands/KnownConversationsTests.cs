using System.Runtime.CompilerServices;
using QwenChat.Commands.SessionState;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Commands;

public class KnownConversationsTests
{
    private readonly KnownConversations _known = new();

    [Fact]
    public void The_most_recently_used_conversation_is_first()
    {
        QwenConversation[] used = [New(), New(), New()];
        foreach (var conversation in used.Append(used[0]))
            _known.Add(conversation);
        Assert.Equal([used[0], used[2], used[1]], _known.All);
    }

    [Fact]
    public void A_removed_conversation_is_no_longer_known()
    {
        QwenConversation[] used = [New(), New()];
        _known.Add(used[0]);
        _known.Add(used[1]);
        _known.Remove(used[1]);
        Assert.Equal([used[0]], _known.All);
    }

    [Fact]
    public void Other_objects_of_a_removed_conversation_are_no_longer_known()
    {
        QwenConversation[] used = [New(), New()];
        used[1].Id = used[0].Id;
        _known.Add(used[0]);
        _known.Add(used[1]);
        _known.Remove(used[1]);
        Assert.Empty(_known.All);
    }

    [Theory]
    [InlineData("talk", 100)]
    [InlineData(null, 10)]
    public void Only_the_newest_conversations_are_kept_alive(string? name, int most)
    {
        AddAndForget(150, name);
        Collect();
        Assert.Equal(most, _known.All.Count);
    }

    [Fact]
    public void Older_conversations_are_known_while_they_are_referenced()
    {
        var used = Enumerable.Range(0, 150).Select(_ => New()).ToArray();
        foreach (var conversation in used)
            _known.Add(conversation);
        Assert.Equal(used.Reverse(), _known.All);
    }

    [Fact]
    public void A_conversation_that_gets_a_name_later_is_kept_like_other_named_conversations()
    {
        var named = New();
        _known.Add(named);
        named.Name = "talk";
        _known.Add(named);
        AddAndForget(150, null);
        Collect();
        Assert.Equal(11, _known.All.Count);
        Assert.Contains(named, _known.All);
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddAndForget(int count, string? name)
    {
        for (int i = 0; i < count; i++)
        {
            var conversation = New();
            conversation.Name = name;
            _known.Add(conversation);
        }
    }

    private static QwenConversation New() =>
        new QwenClient(new QwenConnection { BaseUri = new Uri("http://127.0.0.1:1") }).NewConversation(QwenApi.ChatCompletions);
}
