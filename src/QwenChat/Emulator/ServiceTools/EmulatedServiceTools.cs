namespace QwenChat.Emulator.ServiceTools;

/// <summary>The service tools of a request.</summary>
internal sealed record EmulatedServiceTools
{
    /// <summary>No tools.</summary>
    public static EmulatedServiceTools None { get; } = new();

    /// <summary>The tools by their types in the Responses API, in order.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>The knowledge base to search; null if the specified one does not exist, so that nothing is searched.</summary>
    public string? KnowledgeBase { get; init; }

    /// <summary>The labels of the MCP servers.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];
}
