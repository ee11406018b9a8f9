namespace QwenChat.Commands.Terminal;

/// <summary>The escape sequences for text; all empty for plain text.</summary>
internal sealed record TerminalStyle
{
    /// <summary>No styles.</summary>
    public static readonly TerminalStyle Plain = new();

    /// <summary>Less important text: thinking, footers.</summary>
    public string Faint { get; init; } = "";

    /// <summary>Strong emphasis, and its end.</summary>
    public (string On, string Off) Bold { get; init; } = ("", "");

    /// <summary>Weak emphasis, and its end.</summary>
    public (string On, string Off) Italic { get; init; } = ("", "");

    /// <summary>Deleted text, and its end.</summary>
    public (string On, string Off) Strikethrough { get; init; } = ("", "");

    /// <summary>Links, and their end.</summary>
    public (string On, string Off) Underline { get; init; } = ("", "");

    /// <summary>Headings, including those of table columns.</summary>
    public string Heading { get; init; } = "";

    /// <summary>Inline code, and its end.</summary>
    public (string On, string Off) Code { get; init; } = ("", "");

    /// <summary>Errors.</summary>
    public string Error { get; init; } = "";

    /// <summary>The sequences for the parts of code, by the letters that the syntax highlighter uses.</summary>
    public IReadOnlyDictionary<string, string> CodeParts { get; init; } = new Dictionary<string, string>();

    /// <summary>Resets all styles.</summary>
    public string Reset { get; init; } = "";

    /// <summary>True if there are no styles.</summary>
    public bool IsPlain => Reset.Length == 0;

    /// <summary>Applies a style to text.</summary>
    public string Paint(string sequence, string text) => sequence.Length == 0 ? text : sequence + text + Reset;
}
