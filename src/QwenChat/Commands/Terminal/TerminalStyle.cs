namespace QwenChat.Commands.Terminal;

/// <summary>The sequences that a text is decorated with; all empty where it is not to be.</summary>
internal sealed record TerminalStyle
{
    /// <summary>No decoration.</summary>
    public static readonly TerminalStyle Plain = new();

    /// <summary>What matters less: thinking, footers.</summary>
    public string Faint { get; init; } = "";

    /// <summary>Strong emphasis, and its end.</summary>
    public (string On, string Off) Bold { get; init; } = ("", "");

    /// <summary>Weak emphasis, and its end.</summary>
    public (string On, string Off) Italic { get; init; } = ("", "");

    /// <summary>What was taken back, and its end.</summary>
    public (string On, string Off) Strikethrough { get; init; } = ("", "");

    /// <summary>Links, and their end.</summary>
    public (string On, string Off) Underline { get; init; } = ("", "");

    /// <summary>Headings, of texts and of tables.</summary>
    public string Heading { get; init; } = "";

    /// <summary>Code within a line, and its end.</summary>
    public (string On, string Off) Code { get; init; } = ("", "");

    /// <summary>What went wrong.</summary>
    public string Error { get; init; } = "";

    /// <summary>The parts of code, by the letters of the code highlighter.</summary>
    public IReadOnlyDictionary<string, string> CodeParts { get; init; } = new Dictionary<string, string>();

    /// <summary>Ends all of them.</summary>
    public string Reset { get; init; } = "";

    /// <summary>True when nothing is decorated.</summary>
    public bool IsPlain => Reset.Length == 0;

    /// <summary>Decorates a text.</summary>
    public string Paint(string sequence, string text) => sequence.Length == 0 ? text : sequence + text + Reset;
}
