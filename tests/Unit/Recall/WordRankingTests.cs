using QwenChat.Recall;
using QwenChat.Text;
using Xunit;

namespace QwenChat.Tests.Recall;

public class WordRankingTests
{
    private static int[] Find(string[] said, string message, string before = "") => RecallQuery.Of(message, before) is { } query
        ? WordRanking.Rank(said.Select((text, index) => new RecallText(index, 0, text)).ToArray(), query).Select(hit => hit.Index).ToArray() : [];

    [Fact]
    public void Rare_words_have_more_weight() => Assert.Equal(1, Find(["tea with milk", "the dog is Bello", "tea", "milk tea"], "Does the dog drink tea?")[0]);

    [Fact]
    public void Function_words_have_little_weight() =>
        Assert.Equal(1, Find(["what is it that you would do if you were me", "the dog is Bello"], "What is it that you call the dog?")[0]);

    [Theory]
    [InlineData("we use the train", "the boiler is old", "Which boiler do we use?")]
    [InlineData("需要车票", "锅炉很旧", "锅炉需要什么？")]
    public void General_words_have_less_weight(string general, string about, string message) => Assert.Equal(1, Find([general, about], message)[0]);

    [Fact]
    public void Not_all_words_need_to_occur() => Assert.Equal(0, Find(["My dog is Bello.", "It rains."], "Who walks my dog?")[0]);

    [Fact]
    public void Texts_without_a_shared_word_are_not_found() => Assert.Equal([1], Find(["apple", "pear", "plum"], "Pear?"));

    [Fact]
    public void The_newer_of_two_equal_turns_ranks_first() => Assert.Equal([1, 0], Find(["tea", "tea"], "tea"));

    [Theory]
    [InlineData("migrating", "migration")]
    [InlineData("prescribed", "prescribe")]
    [InlineData("running", "runs")]
    [InlineData("allergy", "allergic")]
    [InlineData("charges", "charged")]
    [InlineData("cities", "city")]
    public void Forms_of_a_word_are_one_term(string one, string other) => Assert.Equal(SearchTerms.Stem(one), SearchTerms.Stem(other));

    [Theory]
    [InlineData("glass")]
    [InlineData("gas")]
    [InlineData("使用")]
    [InlineData("übung")]
    public void Words_without_an_ending_are_unchanged(string word) => Assert.Equal(word, SearchTerms.Stem(word));

    [Fact]
    public void The_beginning_of_a_compound_is_found() => Assert.Equal([1], Find(["raincoat", "snowflakes"], "snowfall"));

    [Fact]
    public void Pairs_of_ideographs_have_more_weight_than_single_ideographs() => Assert.Equal([1, 0], Find(["机场有飞鸟", "飞机晚点"], "飞机"));

    [Fact]
    public void A_follow_up_also_uses_the_previous_message() =>
        Assert.Equal(1, Find(["The boiler was built in 1990.", "The plumber, Mr. Ekker, comes on Friday."], "And when?", "Who is the plumber?")[0]);

    [Fact]
    public void A_new_question_is_not_influenced_by_the_previous_message() =>
        Assert.Equal([0], Find(["Blue paint for the fence.", "The plumber comes on Friday."], "Which paint suits our garden fence?", "Who is the plumber?"));

    [Theory]
    [InlineData("Thanks!")]
    [InlineData("Thank you very much.")]
    [InlineData("OK, great.")]
    [InlineData("谢谢！")]
    [InlineData("好的，知道了。")]
    [InlineData("?!")]
    [InlineData("")]
    public void Thanks_and_agreement_are_not_questions(string message) => Assert.Null(RecallQuery.Of(message, "Who is the plumber?"));

    [Theory]
    [InlineData("Why?")]
    [InlineData("And on which day?")]
    [InlineData("What is good in the evening?")]
    [InlineData("How are you?")]
    [InlineData("And the plumber?")]
    [InlineData("为什么？")]
    [InlineData("多少钱？")]
    public void Questions_are_recognized(string message) => Assert.NotNull(RecallQuery.Of(message, ""));
}
