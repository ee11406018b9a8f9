using System.Text.Json;

namespace QwenChat.Protocols.Catalogue;

/// <summary>One page of a list in the native API, which numbers its pages (wire §19).</summary>
/// <param name="Total">The number of entries in the whole list; null if the service does not report it.</param>
/// <param name="Entries">The entries of the page.</param>
internal sealed record ListingPage(long? Total, IReadOnlyList<JsonElement> Entries)
{
    /// <summary>Reads a response whose entries are in a member of <c>output</c>.</summary>
    /// <exception cref="QwenException">The response is not a page of a list, or reports a failure.</exception>
    public static ListingPage Read(byte[] body, string member)
    {
        using var document = Parse(body);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            throw Broken("it is not an object");
        if (Of(root, "success") is { ValueKind: JsonValueKind.False } || (Of(root, "output") is null && Of(root, "code") is not null))
            throw Broken($"it reports a failure: {Text(root, "code")} {Text(root, "message")}".TrimEnd(' ', ':', '.'));
        if (Of(root, "output") is not { ValueKind: JsonValueKind.Object } output)
            throw Broken("'output' is missing");
        return Of(output, member) switch
        {
            // For some lists, the service sends null instead of an empty array.
            null => new ListingPage(CountOf(output), []),
            { ValueKind: JsonValueKind.Array } entries => new ListingPage(CountOf(output), [.. entries.EnumerateArray().Select(entry => entry.Clone())]),
            _ => throw Broken($"'{member}' is not a list"),
        };
    }

    private static long? CountOf(JsonElement output) =>
        Of(output, "total") is { ValueKind: JsonValueKind.Number } total && total.TryGetInt64(out long count) && count >= 0 ? count : null;

    private static JsonElement? Of(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string Text(JsonElement parent, string name) => Of(parent, name)?.ToString() ?? "";

    private static JsonDocument Parse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body.AsMemory(body.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0));
        }
        catch (JsonException notJson)
        {
            throw Broken("it is not JSON", notJson);
        }
    }

    private static QwenException Broken(string fault, Exception? cause = null) =>
        new(QwenErrorKind.ProtocolError, $"The service's list cannot be read: {fault}.", cause);
}
