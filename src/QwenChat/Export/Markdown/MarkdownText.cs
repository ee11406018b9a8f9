using System.Globalization;
using System.Text;
using QwenChat.Text;

namespace QwenChat.Export.Markdown;

/// <summary>
/// Rewrites untrusted Markdown for inclusion in a page. Every Markdown reader parses the result into the same blocks. HTML and links with schemes that may
/// run code become text. Unclosed constructs have no effect beyond the end of the Markdown.
/// </summary>
internal sealed class MarkdownText : MarkdownReader
{
    private readonly StringBuilder _output = new();
    private readonly List<Container> _containers = [];
    private bool _needsBlank;

    private MarkdownText()
    {
    }

    public static string Contain(string text)
    {
        var markdown = new MarkdownText();
        markdown.Read(VisibleText.Of(text), TaggedForm.Instance);
        return markdown._output.ToString().TrimEnd('\n');
    }

    /// <summary>Returns a code block that can contain any text.</summary>
    public static string Fence(string code, string info)
    {
        string fence = new('`', Math.Max(3, LongestRun(code, '`') + 1));
        return $"{fence}{info}\n{code}\n{fence}";
    }

    /// <summary>Escapes a line of text, so that no character is interpreted as Markdown.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (char c in text)
        {
            if (c is '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>' or '|' or '#' or '~' or '!')
                escaped.Append('\\');
            escaped.Append(c);
        }
        return escaped.ToString();
    }

    protected override void Code(string code, string info) =>
        Block(Fence(code, VisibleText.LineOf(info).Replace("`", "", StringComparison.Ordinal).Replace("&", "\\&", StringComparison.Ordinal)).Split('\n'));

    protected override void Heading(string text, int level) => Block([(new string('#', level) + " " + Inline(text.Replace('\n', ' '))).TrimEnd()]);

    protected override void Rule() => Block(["---"]);

    protected override void BeginQuote() => Begin(new Container("> ", "> "));

    protected override void EndQuote() => End();

    protected override void BeginList(int? start)
    {
    }

    protected override void EndList(int? start) => _needsBlank = true;

    protected override void BeginItem(int? number, bool? isDone)
    {
        string marker = number is null ? "- " : string.Create(CultureInfo.InvariantCulture, $"{number}. ");
        string task = isDone switch { null => "", true => "[x] ", false => "[ ] " };
        Begin(new Container(marker + task, new string(' ', marker.Length)));
    }

    protected override void EndItem()
    {
        if (!_containers[^1].IsBegun)
            Line("");
        End();
        _needsBlank = false;
    }

    protected override void Table(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        // Missing cells of a row are not added, because a table with thousands of columns and thousands of short rows would become too large.
        var lines = rows.Select(row => "|"
            + string.Concat(row.Take(columns.Count).DefaultIfEmpty("").Select(cell => $" {Cell(cell)} |")))
            .ToList();
        lines.Insert(1, "|" + string.Concat(columns.Select(alignment => alignment switch { "center" => ":---:|", "right" => "---:|", _ => "---|" })));
        Block(lines);
    }

    protected override void Paragraph(string text, bool isTight)
    {
        if (isTight)
            _needsBlank = false;
        Block(Inline(text).Split('\n').Select(AsText).ToArray());
        if (isTight)
            _needsBlank = false;
    }

    private void Block(IReadOnlyList<string> lines)
    {
        if (_needsBlank)
            Line("");
        foreach (string line in lines)
            Line(line);
        _needsBlank = true;
    }

    private void Begin(Container container)
    {
        if (_needsBlank)
            Line("");
        _needsBlank = false;
        _containers.Add(container);
    }

    private void End()
    {
        _containers.RemoveAt(_containers.Count - 1);
        _needsBlank = true;
    }

    private void Line(string text)
    {
        int from = _output.Length;
        foreach (var container in _containers)
            _output.Append(container.Prefix());
        _output.Append(text);
        int end = _output.Length;
        if (text.Length == 0)
        {
            while (end > from && _output[end - 1] == ' ')
                end--;
            _output.Length = end;
        }
        _output.Append('\n');
    }

    private string Cell(string cell) => Inline(cell).Replace("\\|", "|", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);

    /// <summary>
    /// Returns the text unchanged if every reader parses it in the same way. Otherwise, links and emphasis are rewritten unambiguously. Reference links
    /// are always rewritten, because another message could replace their definitions.
    /// </summary>
    private string Inline(string text)
    {
        string plain = MarkdownInline.Write(text, TaggedForm.Instance, InlineContext.Default with { IsStrict = true });
        string tagged = MarkdownInline.Write(text, TaggedForm.Instance, InlineContext.Default with { References = References });
        return plain == tagged ? WithoutHtml(text) : tagged;
    }

    // Escapes a line of a paragraph that would otherwise begin a block. The parser has removed the leading spaces that prevented this.
    private static string AsText(string line)
    {
        int marker = MarkdownLine.MarkerLength(line, out _, out int? number);
        if (marker > 0 && number is not null)
            return line.Insert(marker - 1, "\\");
        return marker > 0 || MarkdownLine.IsFence(line, out _, out _, out _) || MarkdownLine.HeadingLevel(line) > 0 || line.StartsWith('>')
            || MarkdownLine.IsRule(line) || MarkdownLine.UnderlineLevel(line) > 0 ? "\\" + line : line;
    }

    /// <summary>
    /// Escapes tags, links to unsafe targets, and references to control characters. Code is left unchanged only if every reader treats it as code: it
    /// begins and ends on the same line, and no earlier line left code open.
    /// </summary>
    private static string WithoutHtml(string text)
    {
        var contained = new StringBuilder(text.Length + 16);
        bool isOpen = false;
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            contained.Append(contained.Length > 0 ? "\n" : "");
            isOpen |= AppendLine(contained, lines[i], i + 1 < lines.Length ? lines[i + 1] : "", mayHaveCode: !isOpen);
        }
        return contained.ToString();
    }

    /// <summary>Appends a line. Returns whether code begins on the line but does not end on it.</summary>
    private static bool AppendLine(StringBuilder contained, string line, string next, bool mayHaveCode)
    {
        bool isOpen = false;
        for (int at = 0; at < line.Length;)
        {
            char c = line[at];
            if (c == '`')
            {
                int run = RunLength(line, at), end = mayHaveCode && !isOpen ? CodeEnd(line, at + run, run) : -1;
                isOpen |= end < 0;
                int length = end < 0 ? run : end - at;
                contained.Append(line, at, length);
                at += length;
                continue;
            }
            if (c == '\\' && at + 1 < line.Length)
                contained.Append(line[at++]);
            else if (c == '<' && at + 1 < line.Length && (char.IsAsciiLetter(line[at + 1]) || line[at + 1] is '/' or '!' or '?'))
                contained.Append('\\');
            else if (c == '&' && CharacterReferences.Read(line, at, out int _) is { Length: > 0 } characters && VisibleText.Of(characters) != characters)
                contained.Append('\\');
            else if (c == ']' && at + 1 < line.Length && line[at + 1] is '(' or ':' && LinkTarget.IsUnsafe(Target(line, at + 2, next)))
                contained.Append('\\');
            contained.Append(line[at++]);
        }
        return isOpen;
    }

    // The target of a link may begin on the next line.
    private static ReadOnlySpan<char> Target(string line, int from, string next) => line.AsSpan(from).Trim(" \t<").IsEmpty ? next : line.AsSpan(from);

    private static int CodeEnd(string line, int from, int length)
    {
        for (int at = line.IndexOf('`', from); at >= 0; at = line.IndexOf('`', at))
        {
            int run = RunLength(line, at);
            at += run;
            if (run == length)
                return at;
        }
        return -1;
    }

    private static int RunLength(string text, int at)
    {
        int end = text.AsSpan(at).IndexOfAnyExcept('`');
        return end < 0 ? text.Length - at : end;
    }

    private static int LongestRun(string text, char c)
    {
        int longest = 0, run = 0;
        foreach (char other in text)
        {
            run = other == c ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }
        return longest;
    }

    /// <summary>A quote or list item, with the prefix of its first line and the prefix of its other lines.</summary>
    private sealed class Container(string first, string rest)
    {
        public bool IsBegun { get; private set; }

        public string Prefix()
        {
            string prefix = IsBegun ? rest : first;
            IsBegun = true;
            return prefix;
        }
    }
}
