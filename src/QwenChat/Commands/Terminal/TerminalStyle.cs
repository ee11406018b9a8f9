namespace QwenChat.Commands.Terminal;

/// <summary>The escape sequences for text; all empty for plain text.</summary>
internal sealed record TerminalStyle
{
    public static readonly TerminalStyle Plain = new();

    /// <summary>The style of less important text, such as thinking and footers.</summary>
    public string Faint { get; init; } = "";

    public (string On, string Off) Bold { get; init; } = ("", "");

    public (string On, string Off) Italic { get; init; } = ("", "");

    public (string On, string Off) Strikethrough { get; init; } = ("", "");

    /// <summary>The style of links.</summary>
    public (string On, string Off) Underline { get; init; } = ("", "");

    /// <summary>The style of headings, including column headings.</summary>
    public string Heading { get; init; } = "";

    /// <summary>The style of inline code.</summary>
    public (string On, string Off) Code { get; init; } = ("", "");

    public string Error { get; init; } = "";

    /// <summary>The escape sequences for code. Each key is the letter that the syntax highlighter assigns to a kind of token.</summary>
    public IReadOnlyDictionary<string, string> CodeParts { get; init; } = new Dictionary<string, string>();

    public string Reset { get; init; } = "";

    public bool IsPlain => Reset.Length == 0;

    public string Paint(string sequence, string text) => sequence.Length == 0 ? text : sequence + text + Reset;
}
