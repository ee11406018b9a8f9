using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace QwenChat.Protocols;

/// <summary>How texts and vectors travel, over the compatible and the native endpoint (qwen-api §10.1). Both answers are read by one reader.</summary>
internal static class EmbeddingProtocol
{
    /// <summary>Where the compatible endpoint is, below the compatible APIs' address.</summary>
    public const string CompatiblePath = "/embeddings";

    /// <summary>Where the native endpoint is, below the native API's address.</summary>
    public const string NativePath = "/services/embeddings/text-embedding/text-embedding";

    /// <summary>The most texts of a request to a model that the catalogue does not know: what the newer models take.</summary>
    public const int UsualTextsPerRequest = 10;

    /// <summary>No model has a hundredth of it.</summary>
    private const int MaximumDimensions = 100_000;

    // Texts are sent as they are, not as \u sequences: half the bytes for Chinese. The body goes into no HTML page.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Cuts texts into requests that the model takes, in order.</summary>
    /// <param name="request">All the texts.</param>
    /// <param name="facts">What the catalogue knows of the model; null for an unknown one.</param>
    public static IEnumerable<EmbeddingRequest> Batches(EmbeddingRequest request, QwenModel? facts) =>
        request.Texts.Chunk(facts?.MaxTextsPerRequest ?? UsualTextsPerRequest).Select(texts => request with { Texts = texts });

    /// <summary>The body for the compatible endpoint; also for other OpenAI-compatible servers, as it has standard fields only.</summary>
    /// <exception cref="QwenException">The request says something that only the native endpoint takes.</exception>
    public static ReadOnlyMemory<byte> WriteCompatible(EmbeddingRequest request)
    {
        if (request.TextType is not null || request.Instruct is not null)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "The OpenAI-compatible endpoint takes no text type and no instruction for embeddings. Leave them out, or use the DashScope API.");
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

    /// <summary>The body for the native endpoint.</summary>
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

    /// <summary>Reads an answer of either endpoint. Members that are not known are skipped.</summary>
    /// <param name="body">The answer's body.</param>
    /// <param name="count">How many texts were sent.</param>
    /// <param name="dimensions">The length that was asked for; null for any.</param>
    /// <exception cref="QwenException">The body cannot be read, or does not hold one vector for each text.</exception>
    public static EmbeddingAnswer Read(ReadOnlyMemory<byte> body, int count, int? dimensions)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var list = Member(root, "data") ?? Member(Member(root, "output"), "embeddings") ?? throw new FormatException("It holds no vectors.");
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
            // InvalidOperationException: a value of another kind than was expected.
            throw new QwenException(QwenErrorKind.ProtocolError, $"The answer with the embeddings cannot be read. {e.Message}", e);
        }
    }

    private static void WriteTexts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    /// <summary>The vectors in the order of the texts: the service numbers them, and promises no order.</summary>
    private static float[][] ReadVectors(JsonElement list, int count)
    {
        var vectors = new float[]?[count];
        int position = 0;
        foreach (var element in list.EnumerateArray())
        {
            int index = (Member(element, "text_index") ?? Member(element, "index"))?.GetInt32() ?? position;
            if (index < 0 || index >= count || vectors[index] is not null)
                throw new FormatException($"A vector has the number {index}, which no text has, or which another vector has too.");
            vectors[index] = ReadVector(element);
            position++;
        }
        var whole = vectors.OfType<float[]>().ToArray();
        if (whole.Length < count)
            throw new FormatException($"{count} texts were sent, and vectors for {whole.Length} came back.");
        return whole;
    }

    /// <summary>Why a vector cannot be compared with others; null when it can.</summary>
    private static string? FaultOf(float[] vector, int? length)
    {
        if (vector.Length is 0 or > MaximumDimensions)
            return $"A vector has {vector.Length:N0} dimensions.";
        if (length is not null && vector.Length != length)
            return $"A vector has {vector.Length} dimensions, and {length} were expected.";
        if (!Array.TrueForAll(vector, float.IsFinite))
            return "A vector has a value that is infinite or no number.";
        return Array.TrueForAll(vector, value => value == 0) ? "A vector is all zero, so it has no direction." : null;
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

    /// <summary>A member's value; null where it is absent or null itself.</summary>
    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { } element && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
