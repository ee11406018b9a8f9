using QwenChat.Protocols.Json;

namespace QwenChat.Protocols.Tools;

/// <summary>A function that the model may call, in the form that no API has: the protocol of each writes it in its own (wire-tools §1.1).</summary>
/// <param name="Name">Its name: letters, digits, <c>_</c> and <c>-</c>, at most 64.</param>
/// <param name="Description">What it is for; null when nothing is said.</param>
/// <param name="Parameters">The JSON schema of its arguments, compact UTF-8.</param>
internal sealed record ToolDefinition(string Name, string? Description, ReadOnlyMemory<byte> Parameters)
{
    /// <summary>The schema of a function without arguments. Other servers refuse an empty object.</summary>
    private static readonly byte[] s_noParameters = "{\"type\":\"object\",\"properties\":{}}"u8.ToArray();

    /// <summary>Makes a definition from a schema as text.</summary>
    /// <param name="name">The name.</param>
    /// <param name="description">What it is for; null when nothing is said.</param>
    /// <param name="parameters">The schema, a JSON object; null for a function without arguments.</param>
    /// <exception cref="System.Text.Json.JsonException">The schema is no JSON.</exception>
    public static ToolDefinition Of(string name, string? description, string? parameters) =>
        new(name, description, string.IsNullOrWhiteSpace(parameters) ? s_noParameters : JsonBytes.Rewrite(System.Text.Encoding.UTF8.GetBytes(parameters)));
}
