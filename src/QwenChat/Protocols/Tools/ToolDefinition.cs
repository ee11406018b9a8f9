using QwenChat.Protocols.Json;

namespace QwenChat.Protocols.Tools;

/// <summary>A function that the model may call. The protocol of each API writes the function in the API's format (wire §14.1).</summary>
/// <param name="Name">The name: letters, digits, <c>_</c> and <c>-</c>, at most 64.</param>
/// <param name="Description">The description; null if there is none.</param>
/// <param name="Parameters">The JSON schema of the arguments, compact UTF-8.</param>
internal sealed record ToolDefinition(string Name, string? Description, ReadOnlyMemory<byte> Parameters)
{
    /// <summary>The schema of a function without arguments. Some compatible servers reject an empty object.</summary>
    private static readonly byte[] s_noParameters = "{\"type\":\"object\",\"properties\":{}}"u8.ToArray();

    /// <summary>Creates a definition. <paramref name="parameters"/> is a JSON schema; null or empty for a function without arguments.</summary>
    /// <exception cref="System.Text.Json.JsonException">The schema is not JSON.</exception>
    public static ToolDefinition Of(string name, string? description, string? parameters) =>
        new(name, description, string.IsNullOrWhiteSpace(parameters) ? s_noParameters : JsonBytes.Rewrite(System.Text.Encoding.UTF8.GetBytes(parameters)));
}
