namespace QwenChat.Emulator.ServiceTools;

/// <summary>The tools of the service that a request asks for.</summary>
internal sealed record EmulatedServiceTools
{
    /// <summary>No tools.</summary>
    public static EmulatedServiceTools None { get; } = new();

    /// <summary>The tools by their types in the Responses API, in their order.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>The knowledge base that is searched; null when it is not known, and then nothing is.</summary>
    public string? KnowledgeBase { get; init; }

    /// <summary>The labels of the MCP servers.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];
}
