using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Recall;
using Xunit;

namespace QwenChat.Tests.Context;

public class WordRecallTests
{
    private static TurnPath Path(params string[] said)
    {
        var path = new TurnPath();
        foreach (string text in said)
            path = path.Append(
                new QwenTurn(path.Count + 1, ChatProtocol.For(QwenApi.ChatCompletions, "m").WriteMessage(MessageDraft.OfText("user", text), default), 1));
        return path;
    }

    private static int[] Find(TurnPath path, string message, int count = 10) =>
        WordRecall.Find(path, path.Count, message, count).Select(hit => hit.Index).ToArray();

    [Fact]
    public void Rare_words_count_for_more() =>
    Assert.Equal(1, Find(Path("what is the tea", "the dog is Bello", "what is the time", "the what"), "What is the name of the dog?")[0]);

    [Fact]
    public void Not_all_words_need_to_occur() => Assert.Equal([0], Find(Path("My dog is Bello.", "It rains."), "Who is my dog?", 1));

    [Fact]
    public void What_shares_no_word_is_not_recalled() => Assert.Equal([1], Find(Path("one", "two", "three"), "Two?"));

    [Fact]
    public void Of_two_alike_the_newer_comes_first() => Assert.Equal([1, 0], Find(Path("tea", "tea"), "tea"));

    [Fact]
    public void Scripts_without_spaces_are_searched_too() => Assert.Equal([1], Find(Path("我喜欢喝茶", "我的狗叫小白"), "狗叫什么", 1));

    [Fact]
    public void Only_the_first_turns_are_looked_at() => Assert.Empty(WordRecall.Find(Path("one", "two"), 1, "two", 5));

    [Fact]
    public void A_message_without_words_recalls_nothing() => Assert.Empty(Find(Path("one?"), "?!"));
}
