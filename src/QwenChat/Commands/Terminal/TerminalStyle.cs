namespace QwenChat.Commands.Terminal;

/// <summary>The escape sequences for text; all empty for plain text.</summary>
internal sealed record TerminalStyle
{
    public static readonly TerminalStyle Plain = new();

    /// <summary>Less important text: thinking, footers.</summary>
    public string Faint { get; init; } = "";

    public (string On, string Off) Bold { get; init; } = ("", "");

    public (string On, string Off) Italic { get; init; } = ("", "");

    public (string On, string Off) Strikethrough { get; init; } = ("", "");

    /// <summary>Links, and their end.</summary>
    public (string On, string Off) Underline { get; init; } = ("", "");

    /// <summary>Headings, including those of table columns.</summary>
    public string Heading { get; init; } = "";

    /// <summary>Inline code, and its end.</summary>
    public (string On, string Off) Code { get; init; } = ("", "");

    public string Error { get; init; } = "";

    /// <summary>The sequences for the parts of code, by the letters that the syntax highlighter uses.</summary>
    public IReadOnlyDictionary<string, string> CodeParts { get; init; } = new Dictionary<string, string>();

    public string Reset { get; init; } = "";

    public bool IsPlain => Reset.Length == 0;

    public string Paint(string sequence, string text) => sequence.Length == 0 ? text : sequence + text + Reset;
}
