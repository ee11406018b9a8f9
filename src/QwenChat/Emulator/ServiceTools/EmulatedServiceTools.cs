namespace QwenChat.Emulator.ServiceTools;

/// <summary>The service tools that a request may use.</summary>
internal sealed record EmulatedServiceTools
{
    public static EmulatedServiceTools None { get; } = new();

    /// <summary>The types of the tools, as named by the Responses API, in the order in which the tools run.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>The knowledge base to search; null if the request specifies no existing knowledge base.</summary>
    public string? KnowledgeBase { get; init; }

    /// <summary>The labels of the MCP servers.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];
}
