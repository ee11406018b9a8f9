using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols.Errors;
using QwenChat.Protocols.Json;
using QwenChat.Protocols.Responses;
using QwenChat.Streaming;

namespace QwenChat.Protocols.Conversations;

/// <summary>Reads the service's responses about stored state: conversations, their items, stored responses (wire §2.7, §3).</summary>
/// <remarks>Every method throws a <see cref="QwenException"/> for a body that reports an error or cannot be read.</remarks>
internal static class StateReader
{
    /// <summary>The maximum number of items on a page: a thousand times the requested number.</summary>
    private const int MaximumItems = 100_000;

    /// <summary>Reads a conversation object from the response to its creation, retrieval or update.</summary>
    public static ConversationInfo ReadConversation(ReadOnlySpan<byte> body)
    {
        body = ErrorReader.WithoutMark(body);
        string? id = null;
        DateTimeOffset? createdAt = null;
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            var reader = Begin(body);
            while (LenientJson.NextProperty(ref reader))
            {
                if (LenientJson.Is(ref reader, "id"u8))
                    id = LenientJson.String(ref reader);
                else if (LenientJson.Is(ref reader, "created_at"u8))
                    createdAt = LenientJson.Time(ref reader);
                else if (!LenientJson.Is(ref reader, "metadata"u8))
                    LenientJson.SkipValue(ref reader);
                else if (LenientJson.EnterObject(ref reader))
                    ReadMetadata(ref reader, body, metadata);
            }
            return !ServiceId.IsValid(id) ? throw NotThat(body, "a conversation without a valid id")
                : new ConversationInfo(id, metadata, createdAt);
        }
        catch (JsonException e)
        {
            throw NoJson(body, e);
        }
    }

    /// <summary>Reads the response to a request that lists or adds items.</summary>
    public static ItemPage ReadItems(ReadOnlySpan<byte> body)
    {
        body = ErrorReader.WithoutMark(body);
        List<QwenItem>? items = null;
        bool hasMore = false;
        string? firstId = null, lastId = null;
        try
        {
            var reader = Begin(body);
            while (LenientJson.NextProperty(ref reader))
            {
                if (LenientJson.Is(ref reader, "data"u8))
                    items = ReadList(LenientJson.Raw(ref reader, body));
                else if (LenientJson.Is(ref reader, "has_more"u8))
                    hasMore = LenientJson.Raw(ref reader, body).SequenceEqual("true"u8);
                else if (LenientJson.Is(ref reader, "first_id"u8))
                    firstId = LenientJson.String(ref reader);
                else if (LenientJson.Is(ref reader, "last_id"u8))
                    lastId = LenientJson.String(ref reader);
                else
                    LenientJson.SkipValue(ref reader);
            }
            return items is null
                ? throw NotThat(body, "a list of items without data")
                : new ItemPage(items, hasMore, firstId ?? items.FirstOrDefault()?.Id, lastId ?? items.LastOrDefault()?.Id);
        }
        catch (JsonException e)
        {
            throw NoJson(body, e);
        }
    }

    public static QwenItem ReadItem(ReadOnlySpan<byte> body)
    {
        body = ErrorReader.WithoutMark(body);
        try
        {
            Begin(body);
            if (ErrorReader.Find(null, body) is { } error)
                throw error;
            return ItemReader.Read(body);
        }
        catch (JsonException e)
        {
            throw NoJson(body, e);
        }
    }

    public static StoredResponse ReadResponse(ReadOnlySpan<byte> body)
    {
        body = ErrorReader.WithoutMark(body);
        var deltas = new List<ChatDelta>();
        new ResponsesReader().ReadBody(body, deltas);
        var answer = new ReplyBuilder();
        foreach (var delta in deltas)
            answer.Add(delta);

        string? previous = null, conversation = null, instructions = null;
        var reader = Begin(body);
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "previous_response_id"u8))
                previous = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "instructions"u8))
                instructions = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "conversation"u8))
                conversation = ReadIdOrObject(LenientJson.Raw(ref reader, body));
            else
                LenientJson.SkipValue(ref reader);
        }
        return new StoredResponse(answer, previous, conversation, instructions);
    }

    /// <summary>
    /// Returns whether a deletion succeeded. After the deletion of an item, OpenAI returns the conversation (wire §3), which also means success.
    /// </summary>
    public static bool ReadDeleted(ReadOnlySpan<byte> body)
    {
        body = ErrorReader.WithoutMark(body);
        try
        {
            bool? deleted = null;
            var reader = Begin(body);
            while (LenientJson.NextProperty(ref reader))
            {
                if (LenientJson.Is(ref reader, "deleted"u8))
                    deleted = LenientJson.Raw(ref reader, body).SequenceEqual("true"u8);
                else
                    LenientJson.SkipValue(ref reader);
            }
            return deleted ?? (ErrorReader.Find(null, body) is { } error ? throw error : true);
        }
        catch (JsonException e)
        {
            throw NoJson(body, e);
        }
    }

    private static Utf8JsonReader Begin(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject ? reader : throw new JsonException("The value is not an object.");
    }

    private static void ReadMetadata(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, Dictionary<string, string> metadata)
    {
        while (LenientJson.NextProperty(ref reader))
        {
            string name = LenientJson.ReadText(ref reader);
            if (LenientJson.StringOrJson(ref reader, body) is { } value)
                metadata[name] = value;
        }
    }

    private static List<QwenItem> ReadList(ReadOnlySpan<byte> data)
    {
        var items = new List<QwenItem>();
        if (data[0] != (byte)'[')
            return items;
        var reader = new Utf8JsonReader(data);
        reader.Read();
        while (LenientJson.NextObject(ref reader))
        {
            if (items.Count == MaximumItems)
                throw new QwenException(QwenErrorKind.ProtocolError,
                    FormattableString.Invariant($"The service sent a page with more than {MaximumItems:N0} items, ")
                        + "which is more than any conversation can contain.");
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            items.Add(ItemReader.Read(data[start..(int)reader.BytesConsumed]));
        }
        return items;
    }

    /// <summary>Reads an id: a string or, as in OpenAI's SDKs, an object that contains the id.</summary>
    private static string? ReadIdOrObject(ReadOnlySpan<byte> value)
    {
        if (value[0] != (byte)'{')
            return LenientJson.Text(value);
        string? id = null;
        var reader = Begin(value);
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "id"u8))
                id = LenientJson.String(ref reader);
            else
                LenientJson.SkipValue(ref reader);
        }
        return id;
    }

    private static QwenException NotThat(ReadOnlySpan<byte> body, string what) => ErrorReader.Find(null, body) ?? ErrorReader.Malformed(what, body);

    private static QwenException NoJson(ReadOnlySpan<byte> body, JsonException cause) => ErrorReader.Malformed("a response that is not JSON", body, cause);
}
