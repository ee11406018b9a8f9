namespace QwenChat.Export;

/// <summary>The lexical properties that are needed to highlight a language. There is no grammar.</summary>
internal sealed record CodeLanguage
{
    public HashSet<string> Keywords { get; init; } = [];

    public IReadOnlyList<string> LineComments { get; init; } = [];

    public (string Open, string Close)? BlockComment { get; init; }

    /// <summary>The kinds of strings. A string ends at the end of the line, unless its kind can span several lines.</summary>
    public IReadOnlyList<CodeString> Strings { get; init; } = [CodeString.Double, CodeString.Single];

    /// <summary>The prefix of variables; a space if variables have no prefix.</summary>
    public char Variable { get; init; } = ' ';

    /// <summary>
    /// Whether names contain dashes, as in PowerShell: a command is a verb, a dash and a noun, and a parameter begins with a dash.
    /// </summary>
    public bool HasDashedNames { get; init; }

    public bool HasCapitalTypes { get; init; }

    /// <summary>True if a string or a name before a colon or an equals sign is a key.</summary>
    public bool HasKeys { get; init; }

    /// <summary>True for HTML and XML, which use angle brackets.</summary>
    public bool IsMarkup { get; init; }

    public bool IsDiff { get; init; }

    /// <summary>Returns the language for a name after a code fence; null for an unknown name.</summary>
    public static CodeLanguage? Find(string name) => CodeLanguages.All.GetValueOrDefault(name.Trim('.', '{', '}'));
}

/// <summary>A kind of string literal. <paramref name="Escape"/> is a space if the string has no escape character.</summary>
internal sealed record CodeString(string Open, string Close, char Escape = '\\', bool ManyLines = false)
{
    public static readonly CodeString Double = new("\"", "\"");
    public static readonly CodeString Single = new("'", "'");
    public static readonly CodeString Template = new("`", "`", ManyLines: true);
}
