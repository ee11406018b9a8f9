using System.Globalization;
using System.Text;
using QwenChat.Export;
using QwenChat.Text;

namespace QwenChat.Commands.Terminal;

/// <summary>
/// Markdown as a terminal shows it, written while it comes. What is written depends on the text and not on the pieces that it comes in:
/// a line waits until its kind is known, emphasis and links until they end or their line does, a table until its last row. Each line is
/// read by itself, so emphasis does not go over a line's end.
/// </summary>
internal sealed class TerminalMarkdown
{
    private const int MaximumHeld = 1000;
    private const int MaximumBeginning = 2000;
    private const string CodeIndent = "  ";

    private readonly TerminalStyle _style;
    private readonly TerminalBlocks _output;
    private readonly TerminalForm _form;
    private readonly StringBuilder _line = new();
    private readonly StringBuilder _held = new();
    private readonly List<string> _table = [];
    private char _beforeHeld = ' ';
    private Fence? _fence;
    private bool _isKnown;
    private bool _isVerbatim;
    private bool _afterReturn;
    private bool _afterText;
    private bool _inList;

    /// <param name="style">The sequences.</param>
    /// <param name="width">The columns of a line.</param>
    public TerminalMarkdown(TerminalStyle style, int width)
    {
        _style = style;
        _output = new TerminalBlocks(style, Math.Max(width, 20));
        _form = new TerminalForm(style);
    }

    /// <summary>Takes a piece and gives what can be shown now. Control characters in it become visible.</summary>
    public string Take(string piece)
    {
        foreach (char c in piece)
            TakeCharacter(c);
        return _output.Take();
    }

    /// <summary>Ends the text and gives what is left. The last line is ended.</summary>
    public string End()
    {
        if (_afterReturn)
            Append('\u240D');
        if (_line.Length > 0)
            EndLine();
        EndTable();
        _output.Restart();
        (_fence, _inList, _afterReturn) = (null, false, false);
        return _output.Take();
    }

    private void TakeCharacter(char c)
    {
        if (_afterReturn && c != '\n')
            Append('\u240D');
        _afterReturn = c == '\r';
        if (c == '\n')
            EndLine();
        else if (c == '\t')
            Append("    ");
        else if (c != '\r')
            Append(VisibleText.Of(c.ToString()));
    }

    private void Append(string text)
    {
        foreach (char c in text)
            Append(c);
    }

    private void Append(char c)
    {
        _line.Append(c);
        if (_fence is not null)
            return;
        if (_isKnown)
            Hold(c);
        else if (_line.Length > MaximumBeginning || !LineBeginning.IsOpen(_line.ToString()))
            BeginLine(isWhole: false);
    }

    private void EndLine()
    {
        string line = _line.ToString();
        if (_fence is { } fence)
            TakeCode(fence, line);
        else if (MarkdownLine.IsBlank(line))
            TakeBlank();
        else
        {
            if (!_isKnown)
                BeginLine(isWhole: true);
            if (_isKnown)
                EndText();
        }
        _line.Clear();
        _isKnown = false;
    }

    private void TakeBlank()
    {
        EndTable();
        _output.SeparateNext();
        _afterText = false;
    }

    /// <summary>Sees what a line is, and writes how it begins.</summary>
    private void BeginLine(bool isWhole)
    {
        ReadOnlySpan<char> rest = _line.ToString();
        int quotes = 0;
        while (rest.TrimStart(' ') is ['>', ..] quoted)
        {
            rest = LineBeginning.WithoutQuote(quoted);
            quotes++;
        }
        string body = rest.ToString();
        int indent = MarkdownLine.Indent(body);
        string inner = _inList ? body.TrimStart(' ') : body;
        bool wasText = _afterText;
        if (_table.Count > 0 && (!isWhole || inner is not ['|', ..] || quotes != _output.Quotes))
            EndTable();
        _output.Quotes = quotes;
        _afterText = false;
        if (isWhole && MarkdownLine.IsFence(inner, out char mark, out int length, out string info))
            BeginCode(new Fence(mark, length, indent, quotes, new TerminalCode(_style, info)));
        else if (isWhole && (MarkdownLine.IsRule(inner) || wasText && MarkdownLine.UnderlineLevel(inner) == 1))
            _output.WriteLine(_style.Paint(_style.Faint, new string('─', Math.Min(_output.Width, 40))));
        else if (isWhole && inner is ['|', ..])
            TakeTableLine(inner);
        else if (MarkdownLine.HeadingLevel(inner) is > 0 and var level)
            BeginHeading(inner.TrimStart(' '), level);
        else if (MarkdownLine.IsItem(inner, out _, out int? number, out int width))
            BeginItem(inner, _inList ? indent : MarkdownLine.Indent(inner), number, width);
        else
            BeginText(body, indent, wasText);
    }

    private void BeginHeading(string text, int level)
    {
        _inList = false;
        _form.Around = _style.Heading;
        BeginText(_style.IsPlain ? new string('#', level) + " " : _style.Heading, "", text[level..].TrimStart(' '));
    }

    private void BeginItem(string item, int indent, int? number, int width)
    {
        _inList = true;
        string text = item.Length > width ? item[width..] : "";
        string mark = number is null ? "• " : string.Create(CultureInfo.InvariantCulture, $"{number}. ");
        if (text.Length >= 4 && text[0] == '[' && text[2] == ']' && text[3] == ' ' && text[1] is ' ' or 'x' or 'X')
        {
            mark = text[1] == ' ' ? "☐ " : "☑ ";
            text = text[4..];
        }
        string blanks = new(' ', Math.Min(indent, _output.LargestIndent));
        BeginText(blanks + mark, blanks + new string(' ', CellWidth.Of(mark)), text);
    }

    private void BeginText(string body, int indent, bool afterText)
    {
        // What is indented so far is code, in a list the item's own text.
        if (indent >= 4 && !_inList && !afterText)
        {
            (_isKnown, _isVerbatim, _held.Length) = (true, true, 0);
            return;
        }
        _inList &= indent > 0 || !_output.IsSeparated;
        string blanks = _inList ? new string(' ', Math.Min(indent, _output.LargestIndent)) : "";
        _afterText = true;
        BeginText(blanks, blanks, body.TrimStart(' '));
    }

    private void BeginText(string first, string rest, string text)
    {
        _output.BeginText(first, rest);
        _isKnown = true;
        _held.Clear();
        _beforeHeld = ' ';
        foreach (char c in text)
            Hold(c);
    }

    private void Hold(char c)
    {
        if (_isVerbatim)
            return;
        _held.Append(c);
        bool mayBreak = c == ' ' || c is >= '\u2E80' and <= '\uFFDC' && !char.IsSurrogate(c);
        if (!mayBreak || _held.Length < MaximumHeld && MarkdownInline.IsOpen(_held.ToString(), _beforeHeld))
            return;
        _output.Write(MarkdownInline.Write(_held.ToString(), _form, before: _beforeHeld));
        _held.Clear();
        _beforeHeld = c;
    }

    private void EndText()
    {
        if (_isVerbatim)
        {
            _isVerbatim = false;
            _output.WriteLine(CodeIndent + _style.Code.On + MarkdownLine.Outdent(_line.ToString(), 4) + _style.Code.Off);
            return;
        }
        string rest = _held.ToString().TrimEnd(' ');
        // A heading may end as it begins.
        if (_form.Around.Length > 0 && rest.All(c => c == '#'))
            rest = "";
        _output.Write(MarkdownInline.Write(rest, _form, before: _beforeHeld));
        _held.Clear();
        _output.Write(_form.Around.Length > 0 ? _style.Reset : "");
        _form.Around = "";
        _output.EndText();
    }

    private void BeginCode(Fence fence)
    {
        _fence = fence;
        _output.Begin();
        if (fence.Code.Language.Length > 0)
            _output.WriteLine(_style.Paint(_style.Faint, CodeIndent + fence.Code.Language));
    }

    private void TakeCode(Fence fence, string line)
    {
        for (int i = 0; i < fence.Quotes && line.TrimStart(' ') is ['>', ..] quoted; i++)
            line = LineBeginning.WithoutQuote(quoted).ToString();
        if (MarkdownLine.IsFenceEnd(line.Length - line.TrimStart(' ').Length <= fence.Indent + 3 ? line.TrimStart(' ') : line, fence.Mark, fence.Length))
            _fence = null;
        else
        {
            string indent = CodeIndent + new string(' ', _inList ? Math.Min(fence.Indent, 8) : 0);
            _output.WriteLine(indent + fence.Code.Line(MarkdownLine.Outdent(line, fence.Indent)));
        }
    }

    private void TakeTableLine(string line)
    {
        _table.Add(line);
        // Two lines that are no head: the first is text, the second may yet be one.
        if (_table.Count == 2 && (MarkdownLine.Columns(line) is not { } columns || columns.Count != MarkdownLine.Cells(_table[0]).Count))
            WriteFirstAsText();
    }

    private void EndTable()
    {
        if (_table.Count == 0)
            return;
        if (_table.Count == 1)
        {
            WriteFirstAsText();
            return;
        }
        var columns = MarkdownLine.Columns(_table[1])!;
        var rows = _table.Where((_, i) => i != 1)
            .Select(line => (IReadOnlyList<string>)MarkdownLine.Cells(line).ConvertAll(cell => MarkdownInline.Write(cell, _form))).ToList();
        _table.Clear();
        foreach (string line in new TerminalTable(_style, _output.Width).Lines(columns, rows))
        {
            if (CellWidth.Of(line) <= _output.Width)
                _output.WriteLine(line);
            else
                WriteText(line, "  ");
        }
    }

    private void WriteFirstAsText()
    {
        WriteText(MarkdownInline.Write(_table[0], _form), "");
        _table.RemoveAt(0);
    }

    private void WriteText(string line, string rest)
    {
        _output.BeginText("", rest);
        _output.Write(line);
        _output.EndText();
    }

    private sealed record Fence(char Mark, int Length, int Indent, int Quotes, TerminalCode Code);
}
