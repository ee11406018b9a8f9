using System.Security.Cryptography;
using System.Text.Json;
using QwenChat.Protocols.Json;

namespace QwenChat.Protocols.Responses;

/// <summary>A complete output item: its JSON, and the properties that are compared with the items of a stream.</summary>
/// <param name="Json">The item's JSON object.</param>
/// <param name="Kind">The item's kind.</param>
/// <param name="Type">The item's type.</param>
/// <param name="Id">The item's id as a JSON string; empty if the item has no id.</param>
/// <param name="Text">The item's text (<see cref="OutputItemFields.Text"/>). For an item that is not a message, thinking or a call, a digest of the JSON
/// without the id and status.</param>
/// <param name="CallId">The id of the call, if the item is a call.</param>
/// <param name="Name">The name of the function, if the item is a call.</param>
internal sealed record OutputItem(byte[] Json, StreamedItemKind Kind, string? Type, byte[] Id, string Text, string? CallId, string? Name)
{
    /// <summary>Reads an item. For <paramref name="inSummary"/>, see <see cref="OutputItemFields.Text"/>.</summary>
    public static OutputItem Read(ReadOnlySpan<byte> json, bool? inSummary = null)
    {
        var fields = OutputItemFields.Read(json);
        string text = fields.Kind == StreamedItemKind.Other ? Digest(json) : fields.Text(inSummary);
        return new OutputItem(json.ToArray(), fields.Kind, fields.Type, fields.Id.ToArray(), text, fields.CallId, fields.Name);
    }

    public ItemAddress At(long? index) => new()
    {
        Kind = Kind,
        Type = Kind == StreamedItemKind.Other ? Type : null,
        Id = Id,
        Index = index,
        Text = Text,
        CallId = CallId,
        Name = Name,
    };

    private static string Digest(ReadOnlySpan<byte> json)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (LenientJson.NextProperty(ref reader))
        {
            bool isName = LenientJson.Is(ref reader, "id"u8) || LenientJson.Is(ref reader, "status"u8);
            var name = reader.ValueSpan;
            var value = LenientJson.Raw(ref reader, json);
            if (isName)
                continue;
            hash.AppendData(name);
            hash.AppendData(value);
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
