using System.ClientModel;
using System.Net;
using System.Text.Json;
using OpenAI;
using OpenAI.Embeddings;
using Xunit;

namespace QwenChat.Tests.Emulator;

public sealed class EmbeddingsTests : IDisposable
{
    private const string Compatible = "/compatible-mode/v1/embeddings";
    private const string Native = "/api/v1/services/embeddings/text-embedding/text-embedding";
    private readonly EmulatorClient _client = new();

    public void Dispose() => _client.Dispose();

    private async Task<float[][]> EmbedAsync(params string[] texts)
    {
        var answer = await _client.PostJsonAsync(Compatible, $$"""{"model":"text-embedding-v4","input":{{JsonSerializer.Serialize(texts)}}}""");
        return answer.GetProperty("data").EnumerateArray()
            .Select(item => item.GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle()).ToArray()).ToArray();
    }

    private static float Near(float[] a, float[] b) => a.Zip(b, (x, y) => x * y).Sum();

    [Fact]
    public async Task Texts_that_share_words_are_similar()
    {
        var vectors = await EmbedAsync("Recommend a sci-fi movie about space", "A movie about space exploration", "My cat sleeps all day", "我们去北京旅游", "北京旅游攻略");
        Assert.Equal(1024, vectors[0].Length);
        Assert.True(Near(vectors[0], vectors[1]) > Near(vectors[0], vectors[2]) + 0.2f);
        Assert.True(Near(vectors[3], vectors[4]) > Near(vectors[3], vectors[0]) + 0.2f);
        Assert.InRange(Near(vectors[0], vectors[0]), 0.999f, 1.001f);
    }

    [Theory]
    [InlineData("my puppy", "the labrador", "the invoice")]
    [InlineData("my puppy", "小狗", "发票")]
    [InlineData("搬家", "we relocate", "we bake")]
    [InlineData("糖尿病", "my diabetes", "my violin")]
    [InlineData("车票", "railway", "recipe")]
    public async Task Words_for_the_same_subject_are_similar(string text, string related, string other)
    {
        var vectors = await EmbedAsync(text, related, other);
        Assert.True(Near(vectors[0], vectors[1]) > Near(vectors[0], vectors[2]) + 0.1f, $"{Near(vectors[0], vectors[1])}, {Near(vectors[0], vectors[2])}");
    }

    [Fact]
    public async Task The_same_text_always_has_the_same_vector() =>
        Assert.Equal((await EmbedAsync("Hello"))[0], (await EmbedAsync("Hello"))[0]);

    [Fact]
    public async Task The_native_form_has_the_recorded_members()
    {
        var answer = await _client.PostJsonAsync(Native, """{"model":"text-embedding-v4","input":{"texts":["a","b"]},"parameters":{"dimension":64}}""");
        var second = answer.GetProperty("output").GetProperty("embeddings")[1];
        Assert.Equal((64, 1), (second.GetProperty("embedding").GetArrayLength(), second.GetProperty("text_index").GetInt32()));
        Assert.Equal(2, answer.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task More_than_ten_texts_are_rejected()
    {
        string texts = JsonSerializer.Serialize(Enumerable.Repeat("a", 11));
        const string message = "Value error, batch size is invalid, it should not be larger than 10.: input.contents";
        var native = await _client.PostJsonAsync(Native, $$$"""{"model":"text-embedding-v4","input":{"texts":{{{texts}}}}}""", HttpStatusCode.BadRequest);
        Assert.Equal(message, native.GetProperty("message").GetString());
        var compatible = await _client.PostJsonAsync(Compatible, $$"""{"model":"text-embedding-v4","input":{{texts}}}""", HttpStatusCode.BadRequest);
        Assert.EndsWith(message, compatible.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_official_package_reads_embeddings()
    {
        var client =
            new EmbeddingClient("text-embedding-v4", new ApiKeyCredential(_client.Key), new OpenAIClientOptions { Endpoint = _client.Emulator.CompatibleUri });
        OpenAIEmbedding embedding = await client.GenerateEmbeddingAsync("Hello", new EmbeddingGenerationOptions { Dimensions = 256 });
        Assert.Equal(256, embedding.ToFloats().Length);
    }
}
