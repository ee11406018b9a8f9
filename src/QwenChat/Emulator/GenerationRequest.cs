using System.Text.Json;
using QwenChat.Emulator.ServiceTools;
using QwenChat.Emulator.Tools;

namespace QwenChat.Emulator;

/// <summary>A request from an endpoint to the emulated model.</summary>
internal sealed record GenerationRequest
{
    public required string Api { get; init; }

    public required EmulatedModel Model { get; init; }

    public string? Instructions { get; init; }

    public required IReadOnlyList<PromptMessage> Messages { get; init; }

    public bool Thinking { get; init; }

    public int? ThinkingBudget { get; init; }

    public int? MaximumAnswerTokens { get; init; }

    /// <summary>The maximum number of tokens for thinking and the answer together.</summary>
    public int? MaximumTokens { get; init; }

    /// <summary>The strings that end the answer. They are not part of the answer.</summary>
    public IReadOnlyList<string> Stops { get; init; } = [];

    /// <summary>The number of requested answers (<c>n</c>).</summary>
    public int Choices { get; init; } = 1;

    /// <summary>Whether earlier thinking is part of the prompt.</summary>
    public bool PreserveThinking { get; init; }

    /// <summary>The number of tokens that the API adds to the prompt (wire §2.3).</summary>
    public int BuiltInTokens { get; init; }

    public ToolUse ToolUse { get; init; } = ToolUse.None;

    /// <summary>The format of the answer (<c>response_format</c>); null for text.</summary>
    public JsonElement? Format { get; init; }

    public EmulatedServiceTools ServiceTools { get; init; } = EmulatedServiceTools.None;

    /// <summary>Whether the instructions are marked for the explicit cache.</summary>
    public bool MarksInstructions { get; init; }

    /// <summary>Whether the session cache is requested (wire §9).</summary>
    public bool CachesSession { get; init; }

    /// <summary>True to drop the middle of an input that is too long, without notice (wire §20); false to reject the input.</summary>
    public bool Truncates { get; init; }
}
