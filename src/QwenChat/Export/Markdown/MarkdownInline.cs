using System.Buffers;
using System.Text;

namespace QwenChat.Export.Markdown;

/// <summary>
/// Parses the inline content of a paragraph. Code, emphasis, links, references and line breaks follow CommonMark. Strikethrough (<c>~~</c>) and bare URLs
/// follow GitHub's syntax. HTML is treated as text. The parsing time is linear in the length of the text.
/// </summary>
internal sealed class MarkdownInline
{
    private const int MaximumAddress = 2000;
    private const int MaximumDelimiters = 20;

    private static readonly SearchValues<char> s_marks = SearchValues.Create("\\`*_~[]!<&\n");
    private static readonly SearchValues<char> s_endsAddress = SearchValues.Create(" \t\n<>\"`|");

    private readonly string _text;
    private readonly InlineForm _form;
    private readonly InlineContext _context;
    private readonly StringBuilder _plain = new();
    private readonly List<InlineNode> _nodes = [];
    private readonly InlineLinks _links;
    private Dictionary<int, Queue<int>>? _ticks;
    private int _at;
    private bool _hasOpenCode;

    private MarkdownInline(string text, InlineForm form, InlineContext context)
    {
        _text = text;
        _form = form;
        _context = context;
        _links = new InlineLinks(text, form, context.References, _nodes);
    }

    /// <summary>Converts the text of a paragraph, a heading or a table cell to an output format.</summary>
    public static string Write(string text, InlineForm form, InlineContext context)
    {
        // Most table cells and list items are plain text. This shortcut saves memory if a document has thousands of them.
        if (text.AsSpan().IndexOfAny(s_marks) < 0 && !text.Contains("http", StringComparison.Ordinal) && !text.Contains("www.", StringComparison.Ordinal))
            return form.Text(text);
        var inline = new MarkdownInline(text, form, context);
        inline.Read();
        var written = new StringBuilder(text.Length + 64);
        foreach (var node in inline._nodes)
            node.AppendTo(written, form);
        return written.ToString();
    }

    /// <summary>
    /// Returns whether the text has unclosed code, emphasis or links, so that more text could change how it is parsed. The text must end with white space
    /// or a letter.
    /// </summary>
    public static bool IsOpen(string text, InlineContext context)
    {
        var inline = new MarkdownInline(text, HtmlForm.Instance, context);
        inline.Read();
        return inline._hasOpenCode || inline._links.IsOpen || inline._nodes.Exists(node => node is { CanOpen: true, Count: > 0 });
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
                '[' or '!' => TakeBracket(),
                ']' => TakeLink(),
                '<' => TakeAngle(),
                '&' => TakeReference(),
                'h' or 'w' => TakeBareAddress(),
                '\n' => TakeLineEnd(),
                _ => false,
            };
            if (!taken)
                _plain.Append(_text[_at++]);
        }
        FlushText();
        EmphasisPairs.Match(_nodes, 0, _form);
    }

    private void FlushText()
    {
        if (_plain.Length == 0)
            return;
        string text = _plain.ToString();
        _nodes.Add(new InlineNode { Written = _form.Text(text), Plain = text });
        _plain.Clear();
    }

    private bool Add(string written, string plain, int length, string? inLink = null)
    {
        FlushText();
        _nodes.Add(new InlineNode { Written = written, Plain = plain, InLink = inLink });
        _at += length;
        return true;
    }

    private bool TakeEscape()
    {
        if (_at + 1 >= _text.Length)
            return false;
        char next = _text[_at + 1];
        if (next == '\n')
            return Add(_form.LineBreak, " ", 2);
        if (!LinkSyntax.IsMark(next))
            return false;
        _plain.Append(next);
        _at += 2;
        return true;
    }

    private bool TakeReference()
    {
        _plain.Append(CharacterReferences.Read(_text, _at, out int length));
        _at += length;
        return length > 0;
    }

    private bool TakeLineEnd()
    {
        bool breaks = _context.AllLinesBreak || _plain is { Length: >= 2 } && _plain[^1] == ' ' && _plain[^2] == ' ';
        while (_plain.Length > 0 && _plain[^1] == ' ')
            _plain.Length--;
        return Add(breaks ? _form.LineBreak : "\n", " ", 1);
    }

    private bool TakeCode()
    {
        int length = RunLength('`', _at);
        var closers = TicksOf(length);
        while (closers is { Count: > 0 } && closers.Peek() <= _at)
            closers.Dequeue();
        if (closers is not { Count: > 0 })
        {
            _hasOpenCode = true;
            _plain.Append('`', length);
            _at += length;
            return true;
        }
        int end = closers.Dequeue();
        string code = _text[(_at + length)..end].Replace('\n', ' ');
        if (code.Length > 2 && code[0] == ' ' && code[^1] == ' ' && code.AsSpan().IndexOfAnyExcept(' ') >= 0)
            code = code[1..^1];
        return Add(_form.Code(code), code, end + length - _at);
    }

    // The positions of all backtick runs are computed once, because searching for the end of each run separately would take quadratic time.
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

    private bool TakeBracket()
    {
        bool isImage = _text[_at] == '!';
        if (isImage && (_at + 1 >= _text.Length || _text[_at + 1] != '['))
            return false;
        string bracket = isImage ? "![" : "[";
        Add(_form.Text(bracket), bracket, bracket.Length);
        _links.Open(_at, isImage);
        return true;
    }

    private bool TakeLink()
    {
        FlushText();
        int next = _links.Close(_at);
        if (next < 0)
            return false;
        _at = next;
        return true;
    }

    private bool TakeAngle()
    {
        var rest = _text.AsSpan(_at);
        foreach (string lineBreak in (ReadOnlySpan<string>)["<br>", "<br/>", "<br />"])
        {
            if (rest.StartsWith(lineBreak, StringComparison.OrdinalIgnoreCase))
                return Add(_form.LineBreak, " ", lineBreak.Length);
        }
        rest = rest[1..Math.Min(rest.Length, MaximumAddress)];
        int end = rest.IndexOfAny("> \n<");
        if (end < 0 || rest[end] != '>')
            return false;
        string shown = rest[..end].ToString();
        string address = LinkTarget.IsMail(shown) ? "mailto:" + shown : LinkTarget.Encode(shown);
        return LinkTarget.HasScheme(address) && _form.IsLink(address) && AddAddress(address, shown, end + 2);
    }

    private bool TakeBareAddress()
    {
        var rest = _text.AsSpan(_at, Math.Min(MaximumAddress, _text.Length - _at));
        bool isNamed = rest.StartsWith("www.");
        if (!isNamed && !rest.StartsWith("https://") && !rest.StartsWith("http://") || _at > 0 && char.IsAsciiLetterOrDigit(_text[_at - 1]))
            return false;
        int end = rest.IndexOfAny(s_endsAddress);
        string address = LinkTarget.Trimmed(end < 0 ? rest : rest[..end]).ToString();
        if (address.Length <= (isNamed ? "www.a" : "https://").Length || isNamed && address.LastIndexOf('.') == 3)
            return false;
        return AddAddress(isNamed ? "http://" + address : address, address, address.Length);
    }

    private bool AddAddress(string address, string shown, int length) =>
        Add(_form.Link(new LinkDefinition(address, ""), _form.Text(shown)), shown, length, _form.Text(shown));

    private bool TakeDelimiter(char c)
    {
        int length = RunLength(c, _at);
        if (length > MaximumDelimiters || c == '~' && length != 2)
        {
            _plain.Append(c, length);
            _at += length;
            return true;
        }
        FlushText();
        var run = DelimiterRun.Of(c, DelimiterRun.Before(_text, _at, _context.Before), DelimiterRun.At(_text, _at + length), _context.IsStrict);
        _nodes.Add(new InlineNode { Delimiter = c, Length = length, Count = length, CanOpen = run.CanOpen, CanClose = run.CanClose });
        _at += length;
        return true;
    }

    private int RunLength(char c, int at)
    {
        int end = _text.AsSpan(at).IndexOfAnyExcept(c);
        return end < 0 ? _text.Length - at : end;
    }
}
