using System.Text.RegularExpressions;

namespace QwenChat.Tests;

/// <summary>
/// Reads source files and says which of them look at a layer they must not see. A layer is a folder. Types of several folders share a
/// namespace, so the names of the types count, not the using directives alone.
/// </summary>
internal sealed partial class SourceLayers
{
    /// <summary>Which layers each layer sees, besides itself: the arrows of docs/architecture.md, followed to their ends.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Arrows = new Dictionary<string, string[]>
    {
        ["Chat"] = [],
        ["Protocols"] = ["Chat"],
        ["Http"] = ["Protocols", "Chat"],
        ["Media"] = ["Http", "Protocols", "Chat"],
        ["Context"] = ["Http", "Protocols", "Chat"],
        ["Emulator"] = ["Protocols", "Chat"],
        ["Export"] = ["Protocols", "Chat"],
        ["Commands"] = ["Context", "Media", "Http", "Emulator", "Export", "Protocols", "Chat"],
    };

    private readonly List<(string Path, string Layer, string Code)> _files = [];
    private readonly Dictionary<string, HashSet<string>> _declaredIn = [];
    private readonly HashSet<(string Layer, string Name)> _members = [];
    private readonly List<string> _strays = [];

    /// <param name="files">Paths below the source folder, with forward slashes, and the files' text.</param>
    public SourceLayers(IEnumerable<(string Path, string Text)> files)
    {
        foreach (var (path, text) in files)
        {
            string layer = path.Split('/')[0];
            if (!path.Contains('/', StringComparison.Ordinal) || !Arrows.ContainsKey(layer))
            {
                _strays.Add($"{path} is in no layer.");
                continue;
            }
            string code = OnlyCode(text);
            _files.Add((path, layer, code));
            foreach (string type in TopLevelTypes(code))
            {
                if (!_declaredIn.TryGetValue(type, out var layers))
                    _declaredIn[type] = layers = [];
                layers.Add(layer);
            }
            foreach (Match member in MemberDeclaration().Matches(code))
                _members.Add((layer, member.Value));
        }
    }

    /// <summary>One line for each thing that a file must not see; empty when all is well.</summary>
    public IReadOnlyList<string> Violations() => [.. _strays, .. _files.SelectMany(Violations).Distinct()];

    private IEnumerable<string> Violations((string Path, string Layer, string Code) file)
    {
        foreach (Match name in Name().Matches(file.Code))
        {
            if (_declaredIn.TryGetValue(name.Value, out var layers) && !layers.Any(layer => Sees(file.Layer, layer)) && !IsMember(file.Layer, name.Value))
                yield return $"{file.Path} uses {name.Value} of {layers.First()}, which {file.Layer} must not see.";
        }
        foreach (Match match in NamespaceOfLayer().Matches(file.Code))
        {
            string layer = match.Groups[1].Value;
            if (Arrows.ContainsKey(layer) && !Sees(file.Layer, layer))
                yield return $"{file.Path} uses the namespace of {layer}, which {file.Layer} must not see.";
        }
        if (file.Layer != "Commands" && file.Code.Contains("System.Management.Automation", StringComparison.Ordinal))
            yield return $"{file.Path} mentions System.Management.Automation; only Commands may.";
    }

    // A property may bear the name of a type that stands in a layer above.
    private bool IsMember(string layer, string name) => Arrows[layer].Append(layer).Any(seen => _members.Contains((seen, name)));

    private static bool Sees(string from, string to) => from == to || Arrows[from].Contains(to);

    /// <summary>The text without comments, strings and preprocessor lines.</summary>
    private static string OnlyCode(string text) => NotCode().Replace(text, " ");

    /// <summary>Nested types are left out: they are reached through the type around them, and their names are short and common.</summary>
    private static IEnumerable<string> TopLevelTypes(string code)
    {
        int depth = 0, at = 0;
        foreach (Match match in TypeDeclaration().Matches(code))
        {
            for (; at < match.Index; at++)
                depth += code[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
                yield return match.Groups[1].Value;
        }
    }

    [GeneratedRegex("""
        //[^\n]* | /\*.*?\*/                                # comments
        | (?<quotes>"{3,}).*?\k<quotes>                      # a raw string
        | (?:@\$?|\$@)"(?:[^"]|"")*"                         # a verbatim string
        | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])+'          # a string, a character
        | ^[ \t]*\#[^\n]*                                    # the preprocessor's
        """, RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex NotCode();

    [GeneratedRegex(@"\b(?:class|struct|interface|enum|record|delegate\s+[\w<>?\[\],. ]+?)\s+(?!class\b|struct\b)([A-Z]\w*)")]
    private static partial Regex TypeDeclaration();

    // After a dot it is a member, which may well bear the name of a type.
    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*")]
    private static partial Regex Name();

    // A type, a name, and the body of a property or the end of a record's parameter.
    [GeneratedRegex(@"(?<=(?<!\b(?:new|class|struct|record|interface|enum|is|as|return|case|not|or|and|throw|await|typeof))[\w>?\]]\s)[A-Z]\w*(?=\s*(?:\{|=>|[,)]))")]
    private static partial Regex MemberDeclaration();

    [GeneratedRegex(@"\bQwenChat\.(\w+)")]
    private static partial Regex NamespaceOfLayer();
}
