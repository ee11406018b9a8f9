namespace QwenChat.Commands;

/// <summary>The sequences that a text is decorated with; all empty where it is not to be.</summary>
internal sealed record TerminalStyle
{
    /// <summary>No decoration.</summary>
    public static readonly TerminalStyle Plain = new();

    /// <summary>What matters less: thinking, footers.</summary>
    public string Faint { get; init; } = "";

    /// <summary>Ends all of them.</summary>
    public string Reset { get; init; } = "";

    /// <summary>True when nothing is decorated.</summary>
    public bool IsPlain => Reset.Length == 0;
}
