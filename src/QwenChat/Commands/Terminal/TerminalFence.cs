using QwenChat.Export.Markdown;

namespace QwenChat.Commands.Terminal;

/// <summary>Writes a fenced code block to a terminal, line by line.</summary>
internal sealed class TerminalFence
{
    public const string Margin = "  ";

    private readonly char _mark;
    private readonly int _length;
    private readonly int _indent;
    private readonly int _quotes;
    private readonly string _margin;
    private readonly TerminalStyle _style;
    private readonly TerminalCode _code;

    public TerminalFence(string line, int indent, int quotes, int shownIndent, TerminalStyle style)
    {
        MarkdownLine.IsFence(line, out _mark, out _length, out string info);
        (_indent, _quotes, _style) = (indent, quotes, style);
        _margin = Margin + new string(' ', shownIndent);
        _code = new TerminalCode(style, info);
    }

    public void Begin(TerminalBlocks output)
    {
        output.Begin();
        if (_code.Language.Length > 0)
            output.WriteLine(_style.Paint(_style.Faint, _margin + _code.Language));
    }

    /// <summary>Writes a line of code; returns false if the line is the closing fence.</summary>
    public bool Takes(string line, TerminalBlocks output)
    {
        for (int i = 0; i < _quotes && line.TrimStart(' ') is ['>', ..] quoted; i++)
            line = LineBeginning.WithoutQuote(quoted).ToString();
        string text = line.TrimStart(' ');
        if (MarkdownLine.IsFenceEnd(line.Length - text.Length <= _indent + 3 ? text : line, _mark, _length))
            return false;
        output.WriteLine(_margin + _code.Line(MarkdownLine.Outdent(line, _indent)));
        return true;
    }
}
