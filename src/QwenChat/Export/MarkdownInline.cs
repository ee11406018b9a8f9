using System.Buffers;
using System.Text;

namespace QwenChat.Export;

/// <summary>
/// The inside of a paragraph: code, emphasis, links, line breaks. Follows CommonMark where models use it. What is none of these is text,
/// HTML too. The work grows with the text's length and not faster, whatever stands in it.
/// </summary>
internal sealed class MarkdownInline
{
    private const int MaximumLinkText = 400;
    private const int MaximumAddress = 2000;
    private const int MaximumDelimiters = 8;

    private static readonly SearchValues<char> s_marks = SearchValues.Create("\\`*_~[!<\n");
    private static readonly SearchValues<char> s_endsAddress = SearchValues.Create(" \t\n<>\"`|");

    private readonly string _text;
    private readonly InlineForm _form;
    private readonly bool _allLinesBreak;
    private readonly bool _inLink;
    private readonly char _before;
    private readonly StringBuilder _plain = new();
    private readonly List<InlineNode> _nodes = [];
    private Dictionary<int, Queue<int>>? _ticks;
    private int _at;
    private bool _leftOpen;

    private MarkdownInline(string text, InlineForm form, bool allLinesBreak, bool inLink, char before = ' ')
    {
        _text = text;
        _form = form;
        _allLinesBreak = allLinesBreak;
        _inLink = inLink;
        _before = before;
    }

    /// <summary>The text as HTML.</summary>
    /// <param name="text">What stands in a paragraph, a heading, a table's cell.</param>
    /// <param name="allLinesBreak">True where a line's end is one: what people type.</param>
    public static string ToHtml(string text, bool allLinesBreak) => Write(text, HtmlForm.Instance, allLinesBreak);

    /// <summary>The text in a form.</summary>
    /// <param name="text">What stands in a paragraph, a heading, a table's cell.</param>
    /// <param name="form">The form.</param>
    /// <param name="allLinesBreak">True where a line's end is one.</param>
    /// <param name="before">The character before it; a blank where there is none.</param>
    public static string Write(string text, InlineForm form, bool allLinesBreak = false, char before = ' ') =>
        IsPlain(text) ? form.Text(text) : new MarkdownInline(text, form, allLinesBreak, inLink: false, before).Render();

    /// <summary>
    /// True when what may follow a text that ends with a blank or a letter can change how the text reads: code, emphasis or a link begins
    /// in it and does not end there.
    /// </summary>
    public static bool IsOpen(string text, char before = ' ')
    {
        var inline = new MarkdownInline(text, HtmlForm.Instance, allLinesBreak: false, inLink: false, before);
        inline.Read();
        return inline._leftOpen || inline._nodes.Exists(node => node is { CanOpen: true, Count: > 0 });
    }

    // Most cells and items are; thousands of them take little memory so.
    private static bool IsPlain(string text) => text.AsSpan().IndexOfAny(s_marks) < 0 && !text.Contains("http", StringComparison.Ordinal);

    private string Render()
    {
        Read();
        var written = new StringBuilder(_text.Length + 64);
        foreach (var node in _nodes)
            node.AppendTo(written);
        return written.ToString();
    }

    private void Read()
    {
        while (_at < _text.Length)
        {
            char c = _text[_at];
            bool taken = c switch
            {
                '\\' => TakeEscape(),
                '`' => TakeCode(),
                '*' or '_' or '~' => TakeDelimiter(c),
                '[' or '!' => !_inLink && TakeLink(),
                '<' => TakeAngle(),
                'h' => !_inLink && TakeBareAddress(),
                '\n' => TakeLineEnd(),
                _ => false,
            };
            if (!taken)
                _plain.Append(_text[_at++]);
        }
        FlushText();
        EmphasisPairs.Match(_nodes, _form);
    }

    private void FlushText()
    {
        if (_plain.Length == 0)
            return;
        _nodes.Add(new InlineNode { Written = _form.Text(_plain.ToString()) });
        _plain.Clear();
    }

    private bool Add(string written, int length)
    {
        FlushText();
        _nodes.Add(new InlineNode { Written = written });
        _at += length;
        return true;
    }

    private bool TakeEscape()
    {
        if (_at + 1 >= _text.Length)
            return false;
        char next = _text[_at + 1];
        if (next == '\n')
            return Add(_form.LineBreak, 2);
        if (!char.IsAscii(next) || !(char.IsPunctuation(next) || char.IsSymbol(next)))
            return false;
        _plain.Append(next);
        _at += 2;
        return true;
    }

    private bool TakeLineEnd()
    {
        bool breaks = _allLinesBreak || _plain is { Length: >= 2 } && _plain[^1] == ' ' && _plain[^2] == ' ';
        while (_plain.Length > 0 && _plain[^1] == ' ')
            _plain.Length--;
        return Add(breaks ? _form.LineBreak : "\n", 1);
    }

    private bool TakeCode()
    {
        int length = RunLength('`', _at);
        var closers = TicksOf(length);
        while (closers is { Count: > 0 } && closers.Peek() <= _at)
            closers.Dequeue();
        if (closers is not { Count: > 0 })
        {
            _leftOpen = true;
            _plain.Append('`', length);
            _at += length;
            return true;
        }
        int end = closers.Dequeue();
        string code = _text[(_at + length)..end].Replace('\n', ' ');
        if (code.Length > 2 && code[0] == ' ' && code[^1] == ' ' && !string.IsNullOrWhiteSpace(code))
            code = code[1..^1];
        return Add(_form.Code(code), end + length - _at);
    }

    // Where runs of so many backticks stand. Found once: looking for each run's end again would take a time that grows with the square.
    private Queue<int>? TicksOf(int length)
    {
        if (_ticks is null)
        {
            _ticks = [];
            for (int i = _text.IndexOf('`', StringComparison.Ordinal); i >= 0; i = i < _text.Length ? _text.IndexOf('`', i) : -1)
            {
                int run = RunLength('`', i);
                if (!_ticks.TryGetValue(run, out var places))
                    _ticks[run] = places = [];
                places.Enqueue(i);
                i += run;
            }
        }
        return _ticks.GetValueOrDefault(length);
    }

    private bool TakeLink()
    {
        bool isImage = _text[_at] == '!';
        int open = isImage ? _at + 1 : _at;
        if (open >= _text.Length || _text[open] != '[')
            return false;
        int close = ClosingBracket(open);
        _leftOpen |= close < 0;
        if (close < 0 || close + 1 >= _text.Length || _text[close + 1] != '(')
            return false;
        int end = _text.IndexOf(')', close + 2, Math.Min(MaximumAddress, _text.Length - close - 2));
        // Addresses may have one pair of parentheses in them, as encyclopedias' do.
        if (end > 0 && _text.IndexOf('(', close + 2, end - close - 2) >= 0 && end + 1 < _text.Length && _text[end + 1] == ')')
            end++;
        _leftOpen |= end < 0;
        if (end < 0)
            return false;
        var target = _text.AsSpan((close + 2)..end).Trim();
        int space = target.IndexOf(' ');
        target = (space < 0 ? target : target[..space]).Trim("<>");
        // An address of any other kind does something else than opening a page: it stays text.
        if (!ShownMedia.IsWebAddress(target))
            return false;
        string address = target.ToString(), label = _text[(open + 1)..close];
        // A picture at an address is not fetched, but can be gone to.
        string shown = isImage ? _form.Text("🖼 " + (label.Length > 0 ? label : address))
            : new MarkdownInline(label, _form, _allLinesBreak, inLink: true).Render();
        return Add(_form.Link(address, shown), end + 1 - _at);
    }

    private int ClosingBracket(int open)
    {
        var rest = _text.AsSpan(open, Math.Min(MaximumLinkText, _text.Length - open));
        if (!rest.Contains(']'))
            return -1;
        int depth = 0;
        for (int i = 0; i < rest.Length; i++)
        {
            if (rest[i] == '\\')
                i++;
            else if (rest[i] == '[')
                depth++;
            else if (rest[i] == ']' && --depth == 0)
                return open + i;
        }
        return -1;
    }

    private bool TakeAngle()
    {
        var rest = _text.AsSpan(_at);
        foreach (string lineBreak in (ReadOnlySpan<string>)["<br>", "<br/>", "<br />"])
        {
            if (rest.StartsWith(lineBreak, StringComparison.OrdinalIgnoreCase))
                return Add(_form.LineBreak, lineBreak.Length);
        }
        int end = rest[..Math.Min(rest.Length, MaximumAddress)].IndexOf('>');
        if (end < 0 || _inLink || !ShownMedia.IsWebAddress(rest[1..end]))
            return false;
        string address = rest[1..end].ToString();
        return Add(_form.Link(address, _form.Text(address)), end + 1);
    }

    private bool TakeBareAddress()
    {
        var rest = _text.AsSpan(_at, Math.Min(MaximumAddress, _text.Length - _at));
        if (!rest.StartsWith("https://") && !rest.StartsWith("http://") || _at > 0 && char.IsLetterOrDigit(_text[_at - 1]))
            return false;
        int end = rest.IndexOfAny(s_endsAddress);
        var address = (end < 0 ? rest : rest[..end]).TrimEnd(".,;:!?*_~'");
        int foreign = address.IndexOfAnyInRange('\u3000', '\u303F');
        if (foreign > 0)
            address = address[..foreign];
        if (address.EndsWith(")") && !address.Contains('('))
            address = address[..^1];
        string text = address.ToString();
        return text.Length > "https://".Length && Add(_form.Link(text, _form.Text(text)), text.Length);
    }

    private bool TakeDelimiter(char c)
    {
        int length = RunLength(c, _at);
        if (length > MaximumDelimiters || c == '~' && length != 2)
        {
            _plain.Append(c, length);
            _at += length;
            return true;
        }
        char before = _at == 0 ? _before : _text[_at - 1], after = _at + length >= _text.Length ? ' ' : _text[_at + length];
        bool spaceBefore = char.IsWhiteSpace(before), spaceAfter = char.IsWhiteSpace(after);
        bool markBefore = char.IsPunctuation(before) || char.IsSymbol(before), markAfter = char.IsPunctuation(after) || char.IsSymbol(after);
        bool left = !spaceAfter && (!markAfter || spaceBefore || markBefore);
        bool right = !spaceBefore && (!markBefore || spaceAfter || markAfter);
        FlushText();
        _nodes.Add(new InlineNode
        {
            Delimiter = c,
            Length = length,
            Count = length,
            CanOpen = c == '_' ? left && (!right || markBefore) : left,
            CanClose = c == '_' ? right && (!left || markAfter) : right,
        });
        _at += length;
        return true;
    }

    private int RunLength(char c, int at)
    {
        int end = _text.AsSpan(at).IndexOfAnyExcept(c);
        return end < 0 ? _text.Length - at : end;
    }
}
