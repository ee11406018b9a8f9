using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace QwenChat.Protocols;

/// <summary>
/// Writes embedding requests and reads their responses, for the compatible and the native endpoint (wire §10.1). One reader handles both endpoints.
/// </summary>
internal static class EmbeddingProtocol
{
    /// <summary>The path of the compatible endpoint, relative to the base URL of the compatible APIs.</summary>
    public const string CompatiblePath = "/embeddings";

    /// <summary>The path of the native endpoint, relative to the base URL of the native API.</summary>
    public const string NativePath = "/services/embeddings/text-embedding/text-embedding";

    /// <summary>The maximum number of strings in a request to a model that is not in the catalog: the limit of the newer models.</summary>
    public const int UsualTextsPerRequest = 10;

    /// <summary>The maximum plausible number of dimensions, far more than any model creates.</summary>
    private const int MaximumDimensions = 100_000;

    // Non-ASCII text is not escaped, because \u sequences would double the size of Chinese text. HTML characters need no escape, because the body is never part
    // of a page.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Splits the strings of a request, in order, into requests that the model accepts. <paramref name="facts"/> is null for an unknown model.
    /// </summary>
    public static IEnumerable<EmbeddingRequest> Batches(EmbeddingRequest request, QwenModel? facts) =>
        request.Texts.Chunk(facts?.MaxTextsPerRequest ?? UsualTextsPerRequest).Select(texts => request with { Texts = texts });

    /// <summary>
    /// Returns the body for the compatible endpoint. The body contains only standard fields, so other OpenAI-compatible servers also accept it.
    /// </summary>
    /// <exception cref="QwenException">The request has settings that only the native endpoint accepts.</exception>
    public static ReadOnlyMemory<byte> WriteCompatible(EmbeddingRequest request)
    {
        if (request.TextType is not null || request.Instruct is not null)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "The OpenAI-compatible endpoint does not accept a text type or an instruction for embeddings. Remove them, or use the DashScope API.");
        }
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, request.Model);
            WriteTexts(json, "input"u8, request.Texts);
            if (request.Dimensions is int dimensions)
                json.WriteNumber("dimensions"u8, dimensions);
            json.WriteString("encoding_format"u8, "float"u8);
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }

    public static ReadOnlyMemory<byte> WriteNative(EmbeddingRequest request)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, request.Model);
            json.WriteStartObject("input"u8);
            WriteTexts(json, "texts"u8, request.Texts);
            json.WriteEndObject();
            json.WriteStartObject("parameters"u8);
            if (request.TextType is not null)
                json.WriteString("text_type"u8, request.TextType);
            if (request.Dimensions is int dimension)
                json.WriteNumber("dimension"u8, dimension);
            if (request.Instruct is not null)
                json.WriteString("instruct"u8, request.Instruct);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }

    /// <summary>Reads a response from either endpoint. Unknown members are skipped.</summary>
    /// <param name="body">The response body.</param>
    /// <param name="count">The number of strings in the request.</param>
    /// <param name="dimensions">The requested number of dimensions; null for any number.</param>
    /// <exception cref="QwenException">The body cannot be read, or does not contain one vector for each string.</exception>
    public static EmbeddingAnswer Read(ReadOnlyMemory<byte> body, int count, int? dimensions)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var list = Member(root, "data") ?? Member(Member(root, "output"), "embeddings") ?? throw new FormatException("The response contains no vectors.");
            var vectors = ReadVectors(list, count);
            string? fault = null;
            int? length = dimensions ?? vectors.FirstOrDefault(vector => FaultOf(vector, null) is null)?.Length;
            return new EmbeddingAnswer(Array.ConvertAll(vectors, vector =>
            {
                string? wrong = FaultOf(vector, length);
                fault ??= wrong;
                return wrong is null ? vector : null;
            }))
            {
                Fault = fault,
                Model = Member(root, "model")?.GetString(),
                Usage = Member(root, "usage") is { } usage ? ReadUsage(usage) : null,
                RequestId = (Member(root, "request_id") ?? Member(root, "id"))?.GetString(),
            };
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // JsonElement throws an InvalidOperationException for a value of an unexpected type.
            throw new QwenException(QwenErrorKind.ProtocolError, $"The embeddings response cannot be read. {e.Message}", e);
        }
    }

    private static void WriteTexts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    /// <summary>Returns the vectors in the order of the strings. The service numbers the vectors, but does not guarantee their order.</summary>
    private static float[][] ReadVectors(JsonElement list, int count)
    {
        var vectors = new float[]?[count];
        int position = 0;
        foreach (var element in list.EnumerateArray())
        {
            int index = (Member(element, "text_index") ?? Member(element, "index"))?.GetInt32() ?? position;
            if (index < 0 || index >= count || vectors[index] is not null)
                throw new FormatException($"The vector index {index} is out of range or is repeated.");
            vectors[index] = ReadVector(element);
            position++;
        }
        var whole = vectors.OfType<float[]>().ToArray();
        if (whole.Length < count)
            throw new FormatException($"The response contains only {whole.Length} of {count} vectors.");
        return whole;
    }

    /// <summary>Returns the reason that a vector cannot be compared; null if the vector can be compared.</summary>
    private static string? FaultOf(float[] vector, int? length)
    {
        if (vector.Length is 0 or > MaximumDimensions)
            return FormattableString.Invariant($"A vector has an invalid number of dimensions: {vector.Length:N0}.");
        if (length is not null && vector.Length != length)
            return $"A vector has the wrong number of dimensions: {vector.Length} instead of {length}.";
        if (!Array.TrueForAll(vector, float.IsFinite))
            return "A vector contains a value that is infinite or not a number.";
        return Array.TrueForAll(vector, value => value == 0) ? "A vector contains only zeros, so it has no direction." : null;
    }

    private static float[] ReadVector(JsonElement element)
    {
        var list = Member(element, "embedding") ?? throw new FormatException("A vector is missing.");
        var vector = new float[list.GetArrayLength()];
        int i = 0;
        foreach (var number in list.EnumerateArray())
            vector[i++] = number.GetSingle();
        return vector;
    }

    private static QwenUsage ReadUsage(JsonElement usage) => new()
    {
        InputTokens = ReadCount(usage, "prompt_tokens"),
        TotalTokens = ReadCount(usage, "total_tokens"),
    };

    private static long? ReadCount(JsonElement usage, string name) =>
        usage.ValueKind == JsonValueKind.Object && Member(usage, name) is { ValueKind: JsonValueKind.Number } count && count.TryGetDouble(out double number)
        && !double.IsNaN(number)
            ? (long)Math.Clamp(number, -1, 1e15)
            : null;

    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { } element && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
