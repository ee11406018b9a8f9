using QwenChat.Export.Markdown;

namespace QwenChat.Commands.Terminal;

/// <summary>Buffers the lines of a table until the table ends, and then writes them.</summary>
internal sealed class TerminalTableLines(TerminalStyle style, TerminalBlocks output, LinkReferences references)
{
    private readonly TerminalForm _form = new(style, isCell: true);
    private readonly List<string> _lines = [];

    public void Take(string line)
    {
        _lines.Add(line);
        // Unless the two lines are a header row and a delimiter row, the first line is text. A table may still begin with the second line.
        if (_lines.Count == 2 && (MarkdownLine.Columns(line) is not { } columns || columns.Count != MarkdownLine.Cells(_lines[0]).Count))
            WriteFirstAsText();
    }

    public void End()
    {
        if (_lines.Count == 0)
            return;
        if (_lines.Count == 1)
        {
            WriteFirstAsText();
            return;
        }
        var columns = MarkdownLine.Columns(_lines[1])!;
        var rows = _lines.Where((_, i) => i != 1).Select(line => (IReadOnlyList<string>)MarkdownLine.Cells(line).ConvertAll(Inline)).ToList();
        _lines.Clear();
        foreach (string line in new TerminalTable(style, output.Width).Lines(columns, rows))
        {
            if (CellWidth.Of(line) <= output.Width)
                output.WriteLine(line);
            else
                output.WriteText(line, "  ");
        }
    }

    private void WriteFirstAsText()
    {
        output.WriteText(Inline(_lines[0]), "");
        _lines.RemoveAt(0);
    }

    private string Inline(string text) => MarkdownInline.Write(text, _form, InlineContext.Default with { References = references });
}
