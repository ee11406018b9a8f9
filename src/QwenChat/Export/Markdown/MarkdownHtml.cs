using System.Globalization;

namespace QwenChat.Export.Markdown;

/// <summary>
/// Writes Markdown as HTML. HTML in the Markdown is always escaped. Each block has the direction of its own text, because an English answer may contain a
/// Hebrew paragraph. Code always reads from left to right.
/// </summary>
internal sealed class MarkdownHtml : MarkdownReader
{
    private const string Auto = " dir=\"auto\"";

    private readonly TextWriter _output;
    private readonly bool _allLinesBreak;

    private MarkdownHtml(TextWriter output, bool allLinesBreak)
    {
        _output = output;
        _allLinesBreak = allLinesBreak;
    }

    /// <summary>Writes a document. If <paramref name="allLinesBreak"/> is true, every line ending becomes a line break, as in typed text.</summary>
    public static void Write(TextWriter output, string text, bool allLinesBreak = false) => 
        new MarkdownHtml(output, allLinesBreak).Read(text, HtmlForm.Instance);

    protected override void Code(string code, string info)
    {
        string language = info.Split(' ', '{', ',')[0];
        _output.Write("<figure class=\"code\" dir=\"ltr\">");
        if (language.Length > 0)
            _output.Write($"<figcaption>{Html.Escape(language)}</figcaption>");
        _output.Write($"<pre tabindex=\"0\"><code>{CodeHighlighter.ToHtml(code, language)}</code></pre></figure>\n");
    }

    protected override void Heading(string text, int level)
    {
        // The page title and the speakers use heading levels 1 and 2.
        string tag = (level + 2) switch { 3 => "h3", 4 => "h4", 5 => "h5", _ => "h6" };
        _output.Write($"<{tag}{Auto}>{Inline(text)}</{tag}>\n");
    }

    protected override void Rule() => _output.Write("<hr>\n");

    protected override void BeginQuote() => _output.Write($"<blockquote{Auto}>\n");

    protected override void EndQuote() => _output.Write("</blockquote>\n");

    protected override void BeginList(int? start) => _output.Write(
        start is null ? $"<ul{Auto}>\n" : start == 1 ? $"<ol{Auto}>\n" : string.Create(CultureInfo.InvariantCulture, $"<ol start=\"{start}\"{Auto}>\n"));

    protected override void EndList(int? start) => _output.Write(start is null ? "</ul>\n" : "</ol>\n");

    protected override void BeginItem(int? number, bool? isDone) =>
        _output.Write(isDone switch { null => $"<li{Auto}>", true => $"<li class=\"task\"{Auto}>☑ ", false => $"<li class=\"task\"{Auto}>☐ " });

    protected override void EndItem() => _output.Write("</li>\n");

    protected override void Table(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        _output.Write("<div class=\"wide\"><table>\n<thead>");
        WriteRow(rows[0], columns, "th");
        _output.Write("</thead>\n<tbody>");
        foreach (var row in rows.Skip(1))
            WriteRow(row, columns, "td");
        _output.Write("</tbody></table></div>\n");
    }

    protected override void Paragraph(string text, bool isTight) => _output.Write(isTight ? Inline(text) + "\n" : $"<p{Auto}>{Inline(text)}</p>\n");

    private void WriteRow(IReadOnlyList<string> cells, IReadOnlyList<string> columns, string tag)
    {
        int count = Math.Min(cells.Count, columns.Count), missing = columns.Count - count;
        _output.Write("<tr>");
        for (int i = 0; i < count; i++)
        {
            string alignment = columns[i].Length > 0 ? $" class=\"{columns[i]}\"" : "";
            _output.Write($"<{tag}{alignment}{Auto}>{Inline(cells[i])}</{tag}>");
        }
        // One wide cell replaces all missing cells. With separate cells, a table with thousands of columns and thousands of short rows would become a
        // page of a gigabyte.
        if (missing > 0)
            _output.Write(string.Create(CultureInfo.InvariantCulture, $"<{tag} colspan=\"{missing}\"></{tag}>"));
        _output.Write("</tr>\n");
    }

    private string Inline(string text) => 
        MarkdownInline.Write(text, HtmlForm.Instance, new InlineContext { References = References, AllLinesBreak = _allLinesBreak });
}
