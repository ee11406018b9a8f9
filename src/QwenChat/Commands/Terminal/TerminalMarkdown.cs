using System.Globalization;
using System.Text;
using QwenChat.Export.Markdown;
using QwenChat.Text;

namespace QwenChat.Commands.Terminal;

/// <summary>
/// Renders Markdown on a terminal as it arrives. Text is buffered only until its formatting is known. A link definition is shown in place, because links
/// to it may already have been shown.
/// </summary>
internal sealed class TerminalMarkdown
{
    private const int MaximumBeginning = 2000;

    private readonly TerminalStyle _style;
    private readonly TerminalBlocks _output;
    private readonly TerminalParagraph _paragraph;
    private readonly TerminalTableLines _table;
    private readonly LinkReferences _references;
    private readonly ListNumbers _numbers = new();
    private readonly StringBuilder _line = new();
    private readonly char[] _beginning = new char[MaximumBeginning];
    private TerminalFence? _fence;
    private string _itemRest = "";
    private char _surrogate;
    private bool _isKnown;
    private bool _isVerbatim;
    private bool _afterReturn;
    private bool _afterText;
    private bool _inList;

    public TerminalMarkdown(TerminalStyle style, int width)
    {
        _style = style;
        _output = new TerminalBlocks(style, Math.Max(width, 20));
        _references = new LinkReferences(new TerminalForm(style));
        _paragraph = new TerminalParagraph(style, _output, _references);
        _table = new TerminalTableLines(style, _output, _references);
    }

    /// <summary>Adds a chunk and returns the text that can be shown now. Control characters are made visible.</summary>
    public string Take(string piece)
    {
        foreach (char c in piece)
            TakeCharacter(c);
        return _output.Take();
    }

    /// <summary>Ends the text and its last line, and returns the remaining output.</summary>
    public string End()
    {
        EndSurrogate();
        if (_afterReturn)
            Append('\u240D');
        if (_line.Length > 0)
            EndLine();
        EndBlock();
        _output.Restart();
        _numbers.Clear();
        (_fence, _inList, _afterReturn) = (null, false, false);
        return _output.Take();
    }

    private void TakeCharacter(char c)
    {
        if (char.IsLowSurrogate(c) && _surrogate != '\0')
        {
            Append(VisibleText.Of(new string([_surrogate, c])));
            _surrogate = '\0';
            return;
        }
        EndSurrogate();
        if (_afterReturn && c != '\n')
            Append('\u240D');
        _afterReturn = c == '\r';
        if (c == '\n')
            EndLine();
        else if (c == '\t')
            Append("    ");
        else if (char.IsHighSurrogate(c))
            _surrogate = c;
        else if (c != '\r')
            Append(VisibleText.Of(c.ToString()));
    }

    // Writes a buffered high surrogate if the next character is not a low surrogate.
    private void EndSurrogate()
    {
        if (_surrogate != '\0')
            Append(VisibleText.Of(_surrogate.ToString()));
        _surrogate = '\0';
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
        {
            if (!_isVerbatim)
                _paragraph.Take(c);
            return;
        }
        if (_line.Length <= MaximumBeginning)
            _beginning[_line.Length - 1] = c;
        if (_line.Length > MaximumBeginning || !LineBeginning.IsOpen(_beginning.AsSpan(0, _line.Length)))
            BeginLine(isWhole: false);
    }

    private void EndLine()
    {
        string line = _line.ToString();
        if (_fence is not null)
            _fence = _fence.Takes(line, _output) ? _fence : null;
        else if (MarkdownLine.IsBlank(line))
            TakeBlank();
        else
        {
            if (!_isKnown)
                BeginLine(isWhole: true);
            if (_isVerbatim)
                _output.WriteLine(TerminalFence.Margin + _style.Code.On + MarkdownLine.Outdent(line, 4) + _style.Code.Off);
            else if (_isKnown)
                _paragraph.EndLine();
        }
        _line.Clear();
        _isKnown = _isVerbatim = false;
    }

    private void TakeBlank()
    {
        EndBlock();
        _output.SeparateNext();
        _afterText = false;
    }

    private void EndBlock()
    {
        _paragraph.End();
        _table.End();
    }

    /// <summary>Determines the kind of a line, and writes its beginning.</summary>
    private void BeginLine(bool isWhole)
    {
        ReadOnlySpan<char> rest = _line.ToString();
        int quotes = 0, lead = rest.Length - rest.TrimStart(' ').Length;
        while (rest.TrimStart(' ') is ['>', ..] quoted)
        {
            rest = LineBeginning.WithoutQuote(quoted);
            quotes++;
        }
        string body = rest.ToString();
        int indent = MarkdownLine.Indent(body);
        string inner = _inList ? body.TrimStart(' ') : body;
        var kind = LineBeginning.KindOf(inner, isWhole, _afterText && (!_inList || lead > 0 || indent > 0), _references);
        if (kind == LineKind.Text && _paragraph.Waits)
        {
            _isKnown = true;
            _paragraph.Continue(body.TrimStart(' '));
            return;
        }
        // A text line with fewer quote markers than the previous line continues the quoted paragraph (CommonMark's lazy continuation).
        if (kind == LineKind.Text && _afterText && quotes < _output.Quotes)
            quotes = _output.Quotes;
        _paragraph.End();
        if (kind != LineKind.Table || quotes != _output.Quotes)
            _table.End();
        bool goesOn = _afterText && quotes == _output.Quotes;
        _output.Quotes = quotes;
        _output.QuoteIndent = _inList && quotes > 0 ? Math.Min(lead, _output.LargestIndent) : 0;
        _afterText = false;
        if (kind is not (LineKind.Item or LineKind.Text or LineKind.Blank) && indent == 0 && lead == 0)
            EndList();
        switch (kind)
        {
            case LineKind.Fence:
                BeginCode(inner, indent, quotes);
                break;
            case LineKind.Rule:
                _output.WriteLine(_style.Paint(_style.Faint, new string('─', Math.Min(_output.Width, 40))));
                break;
            case LineKind.Blank:
                _output.WriteLine("");
                break;
            case LineKind.Table:
                _table.Take(inner);
                break;
            case LineKind.Definition:
                _output.WriteText(_style.Paint(_style.Faint, inner.TrimEnd(' ')), "  ");
                break;
            case LineKind.Heading:
                BeginHeading(inner.TrimStart(' '), "", "");
                break;
            case LineKind.Item:
                BeginItem(inner.TrimStart(' '), _inList ? indent : MarkdownLine.Indent(inner), isWhole);
                break;
            default:
                BeginText(body, indent, goesOn);
                break;
        }
    }

    private void EndList()
    {
        _inList = false;
        _numbers.Clear();
    }

    private void BeginHeading(string text, string first, string rest)
    {
        _isKnown = true;
        int level = MarkdownLine.HeadingLevel(text);
        _paragraph.Begin(_style.IsPlain ? first + text[..level] + " " : first, rest, text[level..].TrimStart(' '), isHeading: true);
    }

    private void BeginItem(string text, int indent, bool isWhole)
    {
        _inList = true;
        string first = new(' ', Math.Min(indent, _output.LargestIndent));
        // An item may begin with a nested list on the same line.
        while (first.Length <= _output.LargestIndent && !MarkdownLine.IsRule(text)
            && MarkdownLine.MarkerLength(text, out char mark, out int? number) is > 0 and var length)
        {
            number = _numbers.Take(indent, mark, number);
            int blanks = MarkdownLine.Indent(text[length..]);
            indent += length + (blanks is 0 or > 4 ? 1 : blanks);
            text = text[(length + blanks)..];
            string shown = number is null ? "• " : string.Create(CultureInfo.InvariantCulture, $"{number}. ");
            if (text.Length >= 4 && text[0] == '[' && text[2] == ']' && text[3] == ' ' && text[1] is ' ' or 'x' or 'X')
            {
                shown = text[1] == ' ' ? "☐ " : "☑ ";
                text = text[4..];
            }
            first += shown;
        }
        _itemRest = new string(' ', CellWidth.Of(first));
        string quotes = "";
        int depth = 0;
        while (text is ['>', ..])
        {
            text = LineBeginning.WithoutQuote(text).ToString();
            quotes = _output.QuoteMarks(++depth);
        }
        if (isWhole && MarkdownLine.IsFence(text, out _, out _, out _))
        {
            _output.WriteLine(first.TrimEnd());
            BeginCode(text, indent, 0);
        }
        else if (MarkdownLine.HeadingLevel(text) > 0)
        {
            BeginHeading(text, first, _itemRest);
        }
        else
        {
            _isKnown = true;
            _afterText = text.Length > 0;
            _paragraph.Begin(first + quotes, _itemRest + quotes, text);
        }
    }

    private void BeginText(string body, int indent, bool goesOn)
    {
        _isKnown = true;
        // A line indented by four or more spaces is code, except in a list, where it is the text of the item.
        if (indent >= 4 && !_inList && !goesOn)
        {
            _isVerbatim = true;
            return;
        }
        if (indent == 0 && _output.IsSeparated)
            EndList();
        string blanks = !_inList ? "" : goesOn ? _itemRest : new string(' ', Math.Min(indent, _output.LargestIndent));
        _itemRest = blanks;
        _afterText = true;
        _paragraph.Begin(blanks, blanks, body.TrimStart(' '));
    }

    private void BeginCode(string line, int indent, int quotes)
    {
        _fence = new TerminalFence(line, indent, quotes, _inList ? Math.Min(indent, 8) : 0, _style);
        _fence.Begin(_output);
    }
}
