using QwenChat.Export.Markdown;

namespace QwenChat.Commands.Terminal;

/// <summary>Code between fences as a terminal shows it, line by line.</summary>
internal sealed class TerminalFence
{
    /// <summary>What is before a line of code.</summary>
    public const string Margin = "  ";

    private readonly char _mark;
    private readonly int _length;
    private readonly int _indent;
    private readonly int _quotes;
    private readonly string _margin;
    private readonly TerminalStyle _style;
    private readonly TerminalCode _code;

    /// <param name="line">The fence that begins it.</param>
    /// <param name="indent">How far that is indented.</param>
    /// <param name="quotes">How many quotes it is in.</param>
    /// <param name="shownIndent">How far the code is indented on the terminal.</param>
    /// <param name="style">The sequences.</param>
    public TerminalFence(string line, int indent, int quotes, int shownIndent, TerminalStyle style)
    {
        MarkdownLine.IsFence(line, out _mark, out _length, out string info);
        (_indent, _quotes, _style) = (indent, quotes, style);
        _margin = Margin + new string(' ', shownIndent);
        _code = new TerminalCode(style, info);
    }

    /// <summary>Writes how it begins.</summary>
    public void Begin(TerminalBlocks output)
    {
        output.Begin();
        if (_code.Language.Length > 0)
            output.WriteLine(_style.Paint(_style.Faint, _margin + _code.Language));
    }

    /// <summary>Writes a line of code; returns false for the fence that ends it.</summary>
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
