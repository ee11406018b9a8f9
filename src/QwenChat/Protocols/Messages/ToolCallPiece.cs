using System.Text.Json;
using QwenChat.Protocols.Json;

namespace QwenChat.Protocols.Messages;

/// <summary>One entry of a <c>tool_calls</c> array: a whole call or the delta of a call (wire §4.3).</summary>
internal readonly record struct ToolCallPiece(long? Index, string? Id, string? Name, string? Arguments)
{
    /// <summary>Reads the object at the reader's position.</summary>
    public static ToolCallPiece Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var piece = default(ToolCallPiece);
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "index"u8))
                piece = piece with { Index = LenientJson.Int64(ref reader) };
            else if (LenientJson.Is(ref reader, "id"u8))
                piece = piece with { Id = LenientJson.String(ref reader) };
            else if (!LenientJson.Is(ref reader, "function"u8))
                LenientJson.SkipValue(ref reader);
            else if (LenientJson.EnterObject(ref reader))
                piece = ReadFunction(ref reader, json, piece);
        }
        return piece;
    }

    /// <summary>Reads the function object at the reader's position.</summary>
    public static ToolCallPiece ReadFunction(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ToolCallPiece piece)
    {
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "name"u8))
                piece = piece with { Name = LenientJson.String(ref reader) };
            else if (LenientJson.Is(ref reader, "arguments"u8))
                piece = piece with { Arguments = LenientJson.StringOrJson(ref reader, json) };
            else
                LenientJson.SkipValue(ref reader);
        }
        return piece;
    }
}
