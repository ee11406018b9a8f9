using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols.Json;

namespace QwenChat.Protocols;

/// <summary>Builds the parts of a request that are the same for all APIs.</summary>
internal static class RequestItems
{
    public static ReadOnlyMemory<byte> Comma => TurnMessages.Comma;

    /// <summary>Returns the items of a request: the items before the history, the history, and the new items.</summary>
    public static IEnumerable<QwenItem> Of(ChatRequest request)
    {
        foreach (var item in LeadingOf(request))
            yield return item;
        foreach (var turn in request.History.Path.From(request.History.From))
        {
            // Items are read by index, because an enumerator for every turn would make the allocations grow with the history.
            for (int i = 0; i < turn.Items.Count; i++)
                yield return turn.Items[i];
        }
        foreach (var item in NewOf(request))
            yield return item;
    }

    /// <summary>Returns the items before the history: the summary and, if the input contains only tool results, the recalled text.</summary>
    private static IReadOnlyList<QwenItem> LeadingOf(ChatRequest request) =>
        request.Recalled.Count == 0 || NewestMessage(request.Input) >= 0 ? request.Summary : [.. request.Summary, .. request.Recalled];

    /// <summary>Returns the items after the history: the input, with the recalled text directly before the newest user message.</summary>
    private static IEnumerable<QwenItem> NewOf(ChatRequest request)
    {
        int newest = request.Recalled.Count == 0 ? -1 : NewestMessage(request.Input);
        for (int i = 0; i < request.Input.Count; i++)
        {
            for (int j = 0; i == newest && j < request.Recalled.Count; j++)
                yield return request.Recalled[j];
            yield return request.Input[i];
        }
    }

    /// <summary>Returns the index of the newest user message; -1 if the input contains only tool results, before which nothing may be inserted.</summary>
    public static int NewestMessage(IReadOnlyList<QwenItem> input)
    {
        for (int i = input.Count - 1; i >= 0; i--)
        {
            if (input[i].Role == "user")
                return i;
        }
        return -1;
    }

    /// <summary>Builds a body. Only the lengths of the pieces are read here; their bytes are read when the body is sent.</summary>
    public static ChatRequestBody Body(byte[] head, IEnumerable<ReadOnlyMemory<byte>> pieces, byte[] tail)
    {
        long length = 0;
        foreach (var piece in pieces)
            length += piece.Length;
        return new ChatRequestBody(head, pieces, length, tail);
    }

    /// <summary>
    /// Builds a body that contains the history in its stored form, without thinking. <paramref name="isFirst"/> is true if no message precedes the items of
    /// the request.
    /// </summary>
    public static ChatRequestBody PlainBody(byte[] head, ChatRequest request, bool isFirst, byte[] tail)
    {
        var pieces = new List<ReadOnlyMemory<byte>>();
        long length = TurnMessages.AddTo(pieces, LeadingOf(request));
        length += request.History.Path.AddMessages(pieces, request.History.From) + TurnMessages.AddTo(pieces, NewOf(request));
        if (isFirst && length > 0)
        {
            // Each item begins with a comma, so the first comma is removed.
            pieces[0] = pieces[0][Comma.Length..];
            length -= Comma.Length;
        }
        return new ChatRequestBody(head, pieces, length, tail);
    }

    /// <summary>Returns the end of a body: the end of the item array, followed by the fields of the object <paramref name="options"/>.</summary>
    public static byte[] Tail(byte[] options) => options.Length == 2 ? "]}"u8.ToArray() : [.. "],"u8, .. options.AsSpan(1)];

    /// <summary>Writes the fields of <c>-ExtraBody</c>, except <c>tools</c>, which is written with the other tools.</summary>
    public static void WriteExtraFields(Utf8JsonWriter writer, QwenOptions options)
    {
        foreach (var (name, value) in options.ExtraBody ?? new Dictionary<string, JsonElement>())
        {
            if (name == "tools")
                continue;
            writer.WritePropertyName(name);
            JsonBytes.Copy(writer, value);
        }
    }

    /// <summary>Returns the <c>tools</c> in <c>-ExtraBody</c>; null if there are none. A single tool need not be in an array.</summary>
    public static IReadOnlyList<JsonElement>? ExtraTools(QwenOptions options)
    {
        if (options.ExtraBody is null || !options.ExtraBody.TryGetValue("tools", out var tools) || tools.ValueKind == JsonValueKind.Null)
            return null;
        return tools.ValueKind == JsonValueKind.Array ? [.. tools.EnumerateArray()] : [tools];
    }
}
