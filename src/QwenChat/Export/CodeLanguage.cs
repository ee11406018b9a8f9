namespace QwenChat.Export;

/// <summary>What a highlighter has to know of a language to colour it: no grammar, only what stands out.</summary>
internal sealed record CodeLanguage
{
    public HashSet<string> Keywords { get; init; } = [];

    public IReadOnlyList<string> LineComments { get; init; } = [];

    public (string Open, string Close)? BlockComment { get; init; }

    /// <summary>What strings stand in. A string ends at the line's end unless it says otherwise.</summary>
    public IReadOnlyList<CodeString> Strings { get; init; } = [CodeString.Double, CodeString.Single];

    /// <summary>What a variable begins with; a blank where nothing marks one.</summary>
    public char Variable { get; init; } = ' ';

    /// <summary>PowerShell: a command is a verb, a dash and a noun, and a parameter begins with a dash.</summary>
    public bool HasDashedNames { get; init; }

    /// <summary>True where a name with a capital is a type's.</summary>
    public bool HasCapitalTypes { get; init; }

    /// <summary>True where a string or a name before a colon is a key.</summary>
    public bool HasKeys { get; init; }

    /// <summary>What is written in angle brackets: HTML, XML.</summary>
    public bool IsMarkup { get; init; }

    /// <summary>Lines that were added and removed.</summary>
    public bool IsDiff { get; init; }

    /// <summary>The language of a name that stands behind a fence; null for one that is not known.</summary>
    public static CodeLanguage? Find(string name) => CodeLanguages.All.GetValueOrDefault(name.Trim('.', '{', '}'));
}

/// <summary>A kind of string.</summary>
/// <param name="Open">What it begins with.</param>
/// <param name="Close">What it ends with.</param>
/// <param name="Escape">What takes the next character along; a blank where nothing does.</param>
/// <param name="ManyLines">True where it may go over several lines.</param>
internal sealed record CodeString(string Open, string Close, char Escape = '\\', bool ManyLines = false)
{
    public static readonly CodeString Double = new("\"", "\"");
    public static readonly CodeString Single = new("'", "'");
    public static readonly CodeString Template = new("`", "`", ManyLines: true);
}
