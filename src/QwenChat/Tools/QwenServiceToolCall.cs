using QwenChat.Text;

namespace QwenChat;

/// <summary>A call of a tool that ran on the service, with its results. Members that do not apply to the tool are null or empty.</summary>
public sealed record QwenServiceToolCall
{
    /// <summary>
    /// The tool: <c>WebSearch</c>, <c>WebExtractor</c>, <c>CodeInterpreter</c>, <c>ImageSearch</c>, <c>FileSearch</c>, <c>Mcp</c>, or the service's name
    /// for an unknown tool.
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>The service's id of the call.</summary>
    public string? Id { get; init; }

    /// <summary>The query of a search, or the goal of reading pages.</summary>
    public string? Query { get; init; }

    /// <summary>The code that ran.</summary>
    public string? Code { get; init; }

    /// <summary>The label of the MCP server; null for other tools.</summary>
    public string? Server { get; init; }

    /// <summary>The name of the MCP server's tool; null for other tools.</summary>
    public string? Name { get; init; }

    /// <summary>The arguments of the call, as JSON.</summary>
    public string? Arguments { get; init; }

    /// <summary>The output of the code or of the MCP server's tool, or the text that was extracted from pages.</summary>
    public string? Output { get; init; }

    /// <summary>The error of the call; null if the call succeeded.</summary>
    public string? Error { get; init; }

    /// <summary>The pages found or read.</summary>
    public IReadOnlyList<QwenSearchResult> Sources { get; init; } = [];

    /// <summary>The files found.</summary>
    public IReadOnlyList<QwenFoundFile> Files { get; init; } = [];

    /// <summary>The images that were found, or that code created.</summary>
    public IReadOnlyList<QwenFoundImage> Images { get; init; } = [];

    /// <summary>The state of the call, in the service's terms, such as <c>completed</c>.</summary>
    public string? Status { get; init; }

    /// <summary>Returns a description of the call, such as <c>WebSearch "weather" → 5 pages</c>.</summary>
    /// <returns>The tool, its input, and its result.</returns>
    public override string ToString()
    {
        string asked = Code ?? (Name is not null ? $"{(Server is null ? "" : Server + ".")}{Name}({Arguments})" : Query is null ? "" : $"\"{Query}\"");
        string result = Error ?? (Count(Sources.Count, "page") ?? Count(Files.Count, "file") ?? Count(Images.Count, "image") ?? Output ?? "");
        return $"{Kind}{(asked.Length > 0 ? " " + asked : "")}{(result.Length > 0 ? " → " + result : "")}";
    }

    private static string? Count(int count, string what) =>
        count == 0 ? null : Quantity.Of(count, what);
}
