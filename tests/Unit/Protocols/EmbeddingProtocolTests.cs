using System.Text;
using System.Text.Json;
using QwenChat.Catalogue;
using QwenChat.Protocols;
using Xunit;

namespace QwenChat.Tests.Protocols;

public class EmbeddingProtocolTests
{
    private static string Compatible(EmbeddingRequest request) => Encoding.UTF8.GetString(EmbeddingProtocol.WriteCompatible(request).Span);

    private static string Native(EmbeddingRequest request) => Encoding.UTF8.GetString(EmbeddingProtocol.WriteNative(request).Span);

    private static EmbeddingAnswer Read(string body, int count, int? dimensions = null) =>
        EmbeddingProtocol.Read(Encoding.UTF8.GetBytes(body), count, dimensions);

    // wire §10.1, documented request.
    [Fact]
    public void The_compatible_request_is_as_documented() => Assert.Equal(
        """{"model":"text-embedding-v4","input":["风急天高猿啸哀","渚清沙白鸟飞回"],"dimensions":1024,"encoding_format":"float"}""",
        Compatible(new() { Model = "text-embedding-v4", Texts = ["风急天高猿啸哀", "渚清沙白鸟飞回"], Dimensions = 1024 }));

    [Fact]
    public void Unset_dimensions_are_not_sent() => Assert.Equal(
        """{"model":"m","input":["a \"b\" <c>\n"],"encoding_format":"float"}""",
        Compatible(new() { Model = "m", Texts = ["a \"b\" <c>\n"] }));

    [Fact]
    public void The_native_request_is_as_documented() => Assert.Equal(
        """{"model":"text-embedding-v4","input":{"texts":["代码改变世界"]},"parameters":{"text_type":"query","dimension":1024,"instruct":"Find code."}}""",
        Native(new() { Model = "text-embedding-v4", Texts = ["代码改变世界"], TextType = "query", Dimensions = 1024, Instruct = "Find code." }));

    [Fact]
    public void Options_of_the_native_endpoint_are_not_dropped_silently()
    {
        var request = new EmbeddingRequest { Model = "text-embedding-v4", Texts = ["a"], TextType = "query" };
        Assert.Equal(QwenErrorKind.InvalidRequest, Assert.Throws<QwenException>(() => Compatible(request)).Kind);
        Assert.Throws<QwenException>(() => Compatible(request with { TextType = null, Instruct = "x" }));
    }

    // The documented answer (wire §10.1) and a second vector, in reverse order.
    private const string TwoVectors = """
        {"data":[{"embedding":[0.5,-2],"index":1,"object":"embedding"},{"embedding":[0.0023064255,-0.009327292],"index":0,"object":"embedding"}],
         "model":"text-embedding-v4","object":"list","usage":{"prompt_tokens":23,"total_tokens":23},"id":"f62c2ae7-0906-9758-ab34-47c5764f07e2"}
        """;

    [Fact]
    public void A_compatible_answer_is_put_in_the_order_of_the_texts()
    {
        var answer = Read(TwoVectors, 2);
        Assert.Equal([[0.0023064255f, -0.009327292f], [0.5f, -2f]], answer.Vectors);
        Assert.Equal(("text-embedding-v4", "f62c2ae7-0906-9758-ab34-47c5764f07e2"), (answer.Model, answer.RequestId));
        Assert.Equal(new QwenUsage { InputTokens = 23, TotalTokens = 23 }, answer.Usage);
    }

    [Fact]
    public void A_native_answer_is_put_in_the_order_of_the_texts_without_sparse_vectors()
    {
        var answer = Read(
            """
            {"output":{"embeddings":[
              {"embedding":[3,4],"sparse_embedding":[{"index":7149,"value":0.829,"token":"风"}],"text_index":1},
              {"embedding":[1,2],"text_index":0}]},"usage":{"total_tokens":3},"request_id":"r"}
            """, 2);
        Assert.Equal([[1, 2], [3, 4]], answer.Vectors);
        Assert.Equal((null, "r"), (answer.Model, answer.RequestId));
        Assert.Equal(new QwenUsage { TotalTokens = 3 }, answer.Usage);
    }

    [Fact]
    public void Vectors_without_an_index_are_in_the_order_of_the_texts() =>
        Assert.Equal([[1], [2]], Read("""{"data":[{"embedding":[1]},{"embedding":[2]}],"usage":null}""", 2).Vectors);

    [Theory]
    [InlineData("", "")]
    [InlineData("<html>", "'<' is an invalid start of a value.")]
    [InlineData("[]", "")]
    [InlineData("""{"code":"x","message":"y"}""", "The response contains no vectors.")]
    [InlineData("""{"output":{}}""", "The response contains no vectors.")]
    [InlineData("""{"data":{}}""", "")]
    [InlineData("""{"data":[]}""", "The response contains only 0 of 2 vectors.")]
    [InlineData("""{"data":[{"embedding":[1],"index":0}]}""", "The response contains only 1 of 2 vectors.")]
    [InlineData("""{"data":[{"embedding":[1],"index":0},{"embedding":[1],"index":0}]}""", "The vector index 0 is")]
    [InlineData("""{"data":[{"embedding":[1],"index":2}]}""", "The vector index 2 is")]
    [InlineData("""{"data":[{"embedding":[1],"index":-1}]}""", "The vector index -1 is")]
    [InlineData("""{"data":[{"embedding":"AACAPw==","index":0}]}""", "")]
    [InlineData("""{"data":[{"embedding":["a"],"index":0}]}""", "")]
    [InlineData("""{"data":[{"index":0}]}""", "A vector is missing.")]
    public void An_incomplete_answer_is_an_error(string body, string expected)
    {
        var error = Assert.Throws<QwenException>(() => Read(body, 2));
        Assert.Equal(QwenErrorKind.ProtocolError, error.Kind);
        Assert.StartsWith("The embeddings response cannot be read. " + expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "A vector has an invalid number of dimensions: 0.")]
    [InlineData("[1,2,3]", "A vector has the wrong number of dimensions: 3 instead of 2.")]
    [InlineData("[1]", "A vector has the wrong number of dimensions: 1 instead of 2.")]
    [InlineData("[0,0]", "A vector contains only zeros, so it has no direction.")]
    [InlineData("[-0.0,0e0]", "A vector contains only zeros, so it has no direction.")]
    [InlineData("[1e39,1]", "A vector contains a value that is infinite or not a number.")]
    [InlineData("[1,-1e400]", "A vector contains a value that is infinite or not a number.")]
    public void An_invalid_vector_is_skipped_with_a_reason(string vector, string fault)
    {
        var answer = Read("""{"data":[{"index":0,"embedding":VECTOR},{"index":1,"embedding":[3,4]}]}""".Replace("VECTOR", vector, StringComparison.Ordinal), 2,
            dimensions: 2);
        Assert.Null(answer.Vectors[0]);
        Assert.Equal([3, 4], answer.Vectors[1]!);
        Assert.Equal(fault, answer.Fault);
        var error = Assert.Throws<QwenException>(answer.Whole);
        Assert.Equal((QwenErrorKind.ProtocolError, "The embeddings response cannot be used. " + fault), (error.Kind, error.Message));
    }

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("1e300")]
    [InlineData("-1")]
    [InlineData("\"7\"")]
    [InlineData("0.5")]
    [InlineData("[]")]
    public void Impossible_counts_do_not_lose_the_vectors(string count)
    {
        var answer =
            Read("""{"data":[{"embedding":[1]}],"usage":{"prompt_tokens":COUNT,"total_tokens":COUNT}}""".Replace("COUNT", count, StringComparison.Ordinal), 1);
        Assert.Equal([1], Assert.Single(answer.Whole()));
        Assert.InRange(answer.Usage!.CountTokens(), 0, 1_000_000_000_000_000);
    }

    [Theory]
    [InlineData("text-embedding-v4", 23, "10 10 3")]
    [InlineData("text-embedding-v2", 26, "25 1")]
    [InlineData("an-unknown-model", 20, "10 10")]
    [InlineData("text-embedding-v3", 0, "")]
    public void Texts_are_split_into_requests_of_the_models_maximum_size(string model, int count, string expected)
    {
        string[] texts = [.. Enumerable.Range(0, count).Select(i => $"text {i}")];
        var request = new EmbeddingRequest { Model = model, Texts = texts, Dimensions = 256 };
        var batches = EmbeddingProtocol.Batches(request, ModelCatalogue.BuiltIn.Find(model)).ToArray();
        Assert.Equal(expected, string.Join(' ', batches.Select(batch => batch.Texts.Count)));
        Assert.Equal(texts, batches.SelectMany(batch => batch.Texts));
        Assert.All(batches, batch => Assert.Equal(256, batch.Dimensions));
    }

    [SharedFact]
    public void The_written_request_matches_the_recording()
    {
        string recorded = Encoding.UTF8.GetString(TestFiles.Recording("dashscope", "text-embedding-nosse.request.body.json"));
        using var document = JsonDocument.Parse(recorded);
        using var written = JsonDocument.Parse(Native(new() { Model = "text-embedding-v2", Texts = ["代码改变世界"], TextType = "query" }));
        Assert.Equal(Compact(document), Compact(written));

        static string Compact(JsonDocument json) => JsonSerializer.Serialize(json.RootElement);
    }

    [SharedFact]
    public void The_recorded_answer_is_read()
    {
        var answer = EmbeddingProtocol.Read(TestFiles.Recording("dashscope", "text-embedding-nosse.response.body.txt"), 1, null);
        float[] vector = Assert.Single(answer.Whole());
        Assert.Equal(1536, vector.Length);
        Assert.Equal((-0.005039233741296242f, -0.006245721162617326f), (vector[0], vector[^1]));
        Assert.Equal(new QwenUsage { TotalTokens = 3 }, answer.Usage);
        Assert.Equal("1773f7b2-2148-9f74-b335-b413e398a116", answer.RequestId);
    }
}
