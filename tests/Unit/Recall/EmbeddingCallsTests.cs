using QwenChat.Cost;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Recall;
using Xunit;

namespace QwenChat.Tests.Recall;

public sealed class EmbeddingCallsTests : IDisposable
{
    private readonly QwenEmulator _emulator = QwenEmulator.Start();
    private readonly QwenConnection _connection;
    private readonly Ledger _ledger = new();

    public EmbeddingCallsTests() => _connection = QwenConnection.To(_emulator.BaseUri, _emulator.ApiKey) with { MaximumRetryCount = 0 };

    public void Dispose() => _emulator.Dispose();

    private EmbeddingCalls Calls(QwenConnection? connection = null, long? limit = null) =>
        new(connection
        ?? _connection, Transport.For(connection ?? _connection), new CallBill(null, [new Budget("session", _ledger, null, limit)]), new NoticeQueue());

    private static EmbeddingRequest Request(params string[] texts) => new() { Model = "text-embedding-v4", Texts = texts };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Embeddings_are_counted_and_priced(bool native)
    {
        var answer = await Calls().EmbedAsync(Request("one two", "three"), native, default);
        Assert.Equal(2, answer.Vectors.Count);
        Assert.Equal(answer.Usage!.TotalTokens, _ledger.Usage!.InputTokens);
        var line = Assert.Single(_ledger.Lines);
        Assert.Equal(("text-embedding-v4", "CNY", 0), (line.Model, line.Currency, line.Turns));
        Assert.Equal(0.514m * answer.Usage.TotalTokens / 1_000_000, line.Cost);
    }

    [Fact]
    public async Task A_limit_is_checked_before_the_request()
    {
        var failure = await Assert.ThrowsAsync<QwenException>(() => Calls(limit: 3).EmbedAsync(Request("one two three four five"), native: false, default));
        Assert.Equal(QwenErrorKind.BudgetExceeded, failure.Kind);
        Assert.Empty(_emulator.Requests);
    }

    [Fact]
    public async Task Queries_are_distinguished_from_documents()
    {
        var embedder = Calls().Embedder("text-embedding-v4");
        await embedder.Embed(["What is my name?"], true, default);
        await embedder.Embed(["My name is Ada."], false, default);
        Assert.Contains("\"text_type\":\"query\"", _emulator.Requests[0].Body, StringComparison.Ordinal);
        Assert.DoesNotContain("text_type", _emulator.Requests[1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_server_gets_standard_fields()
    {
        var other = new QwenConnection { CompatibleUri = _emulator.CompatibleUri, Key = _emulator.ApiKey };
        await Calls(other).Embedder("text-embedding-v4").Embed(["What is my name?"], true, default);
        Assert.Equal("/compatible-mode/v1/embeddings", _emulator.Requests[0].Path);
        var failure = await Assert.ThrowsAsync<QwenException>(() => Calls(other).EmbedAsync(Request("one"), native: true, default));
        Assert.EndsWith("Omit -Api, -TextType and -Instruct, or use a connection to the Qwen service.", failure.Message, StringComparison.Ordinal);
        Assert.Single(_emulator.Requests);
    }

    [Fact]
    public async Task Many_texts_use_several_requests_and_are_returned_in_order()
    {
        string[] texts = [.. Enumerable.Range(0, 23).Select(i => $"number{i} and nothing else")];
        var embedder = Calls().Embedder("text-embedding-v4");
        var all = await embedder.Embed(texts, false, default);
        Assert.Equal(3, _emulator.Requests.Count);
        for (int i = 0; i < texts.Length; i++)
            Assert.Equal((await embedder.Embed([texts[i]], false, default))[0], all[i]);
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_truncated()
    {
        string text = string.Concat(Enumerable.Repeat("the word ", 20_000));
        await Calls().Embedder("text-embedding-v4").Embed([text], false, default);
        Assert.InRange(_emulator.Requests[0].Body.Length, 4096 * 9 / 2 - 200, 4096 * 9 / 2 + 200);
    }

    [Theory]
    [InlineData("one two three four", 2, "one two ")]
    [InlineData("one two", 2, "one two")]
    [InlineData("", 2, "")]
    [InlineData("代码改变世界代码改变世界", 3, "代码改变世")]
    [InlineData("😀😀😀😀", 2, "😀")]
    public void A_text_is_truncated_to_its_first_tokens(string text, double tokens, string expected) => Assert.Equal(expected, TokenCount.Cut(text, tokens));

    [Theory]
    [InlineData("text-embedding-v3", 2048, null, false, "text-embedding-v3 does not support 2048 dimensions*1024*")]
    [InlineData("qwen3.6-plus", null, null, false, "qwen3.6-plus is not an embedding model*text-embedding-v4*")]
    [InlineData("text-embedding-v4", null, "query", false, "*-Api DashScope*")]
    public void Options_that_a_model_does_not_support_are_rejected(string model, int? dimensions, string? textType, bool native, string expected)
    {
        var failure = Assert.Throws<QwenException>(() =>
            EmbeddingCalls.Check(new EmbeddingRequest { Model = model, Texts = [], Dimensions = dimensions, TextType = textType }, native));
        Assert.Equal(QwenErrorKind.InvalidRequest, failure.Kind);
        Assert.Matches("^" + string.Join(".*", expected.Split('*').Select(System.Text.RegularExpressions.Regex.Escape)) + "$", failure.Message);
    }

    [Fact]
    public void Similar_texts_have_similar_vectors()
    {
        var a = new QwenEmbedding("a", [3, 4], "m");
        Assert.Equal(1, a.Similarity(new QwenEmbedding("b", [30, 40], "m")), 6);
        Assert.Equal(0, a.Similarity(new QwenEmbedding("c", [-4, 3], "m")), 6);
        Assert.Throws<QwenException>(() => a.Similarity(new QwenEmbedding("d", [3, 4], "another")));
        Assert.Throws<QwenException>(() => a.Similarity(new QwenEmbedding("e", [3, 4, 5], "m")));
    }
}
