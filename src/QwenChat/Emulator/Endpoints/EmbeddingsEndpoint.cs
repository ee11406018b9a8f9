using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Endpoints;

/// <summary>The Embeddings API, in its compatible and native forms (wire §10.1).</summary>
internal sealed class EmbeddingsEndpoint(QwenEmulatorOptions options, RateLimits rates)
{
    private const int DefaultDimensions = 1024;
    private static readonly int[] s_dimensions = [2048, 1536, 1024, 768, 512, 256, 128, 64];

    public Task<EmulatedAnswer> CreateAsync(ApiCall call)
    {
        var body = ReadBody(call, ApiRefusal.ChatParameter);
        string model = body.Text("model") ?? throw new ApiRefusal(400, "invalid_request_error", "you must provide a model parameter.");
        if (!IsKnown(model, call))
            throw EmulatedModels.Unknown(model);
        var limits = call.IsOfBatch ? null : rates;
        limits?.Admit(model, ErrorForm.Nested);
        var texts = ReadTexts(body.Get("input"), model, ApiRefusal.ChatEngine);
        int dimensions = ReadDimensions(body.Get("dimensions"), model, ApiRefusal.ChatEngine);
        // Only "float" is documented. OpenAI's packages request base64, which is assumed to work [A18].
        bool packed = body.Text("encoding_format") == "base64";
        var data = texts.Select((text, index) => (JsonNode)new JsonObject
        {
            ["embedding"] = packed
                ? Convert.ToBase64String(MemoryMarshal.AsBytes(EmbeddedText.Embed(text, dimensions).AsSpan()))
                : ToArray(EmbeddedText.Embed(text, dimensions)),
            ["index"] = index,
            ["object"] = "embedding",
        });
        int tokens = CountTokens(texts);
        limits?.Count(model, tokens);
        return Task.FromResult<EmulatedAnswer>(BodyAnswer.Json(200, new JsonObject
        {
            ["data"] = new JsonArray(data.ToArray()),
            ["model"] = model,
            ["object"] = "list",
            ["usage"] = new JsonObject { ["prompt_tokens"] = tokens, ["total_tokens"] = tokens },
            ["id"] = call.RequestId,
        }));
    }

    public Task<EmulatedAnswer> CreateNativeAsync(ApiCall call)
    {
        var body = ReadBody(call, ApiRefusal.Parameter);
        string model = body.Text("model") ?? throw new ApiRefusal(400, "BadRequest.EmptyModel", "Required parameter \"model\" missing from request.");
        if (!IsKnown(model, call))
            throw EmulatedModels.UnknownNative();
        rates.Admit(model, ErrorForm.Flat);
        var texts = ReadTexts(body.Get("input").Get("texts"), model, ApiRefusal.Parameter);
        int dimensions = ReadDimensions(body.Get("parameters").Get("dimension"), model, ApiRefusal.Parameter);
        var embeddings = texts.Select((text, index) =>
            (JsonNode)new JsonObject { ["embedding"] = ToArray(EmbeddedText.Embed(text, dimensions)), ["text_index"] = index });
        int tokens = CountTokens(texts);
        rates.Count(model, tokens);
        return Task.FromResult<EmulatedAnswer>(BodyAnswer.Json(200, new JsonObject
        {
            ["output"] = new JsonObject { ["embeddings"] = new JsonArray(embeddings.ToArray()) },
            ["usage"] = new JsonObject { ["total_tokens"] = tokens },
            ["request_id"] = call.RequestId,
        }));
    }

    private static bool IsKnown(string model, ApiCall call) => call.Models.Find(model) is { Embeds: true };

    private static bool IsOld(string model) => model is "text-embedding-v1" or "text-embedding-v2";

    private static JsonElement ReadBody(ApiCall call, Func<string, ApiRefusal> parameter)
    {
        try
        {
            return call.ReadBody();
        }
        catch (JsonException)
        {
            throw parameter("Required body invalid, please check the request body format.");
        }
    }

    private static string[] ReadTexts(JsonElement input, string model, Func<string, ApiRefusal> refusal)
    {
        const string notTexts = "Value error, contents is neither str nor list of str.: input.contents";
        if (input.ValueKind == JsonValueKind.String)
            return [input.GetString()!];
        if (input.ValueKind != JsonValueKind.Array || input.GetArrayLength() == 0 || input.EnumerateArray().Any(text => text.ValueKind != JsonValueKind.String))
            throw refusal(notTexts);
        int maximum = IsOld(model) ? 25 : 10;
        if (input.GetArrayLength() > maximum)
            throw refusal($"Value error, batch size is invalid, it should not be larger than {maximum}.: input.contents");
        return input.EnumerateArray().Select(text => text.GetString()!).ToArray();
    }

    private static int ReadDimensions(JsonElement dimensions, string model, Func<string, ApiRefusal> refusal)
    {
        if (IsOld(model))
            return 1536;
        if (!dimensions.Exists())
            return DefaultDimensions;
        // The error message is assumed, because it is not documented [A18].
        return dimensions.ValueKind == JsonValueKind.Number && dimensions.TryGetInt32(out int number) && s_dimensions.Contains(number)
            ? number : throw refusal($"Value error, dimension is invalid, it should be in [{string.Join(", ", s_dimensions)}].: parameters.dimension");
    }

    private int CountTokens(string[] texts) => (int)Math.Round(texts.Sum(EmulatorTokens.Count) * options.TokenFactor);

    private static JsonArray ToArray(float[] vector) => new(vector.Select(value => (JsonNode)JsonValue.Create(value)).ToArray());
}
