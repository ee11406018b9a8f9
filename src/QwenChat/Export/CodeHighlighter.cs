using System.Text;

namespace QwenChat.Export;

/// <summary>
/// Highlights comments, strings, numbers, keywords, variables, types and calls, based on a table for each language. The code is not parsed, so some text
/// may be classified incorrectly. All text is written unchanged.
/// </summary>
internal sealed class CodeHighlighter
{
    private readonly string _code;
    private readonly CodeLanguage _language;
    private readonly Action<string?, string> _write;
    private int _at;
    private int _plainFrom;

    private CodeHighlighter(string code, CodeLanguage language, Action<string?, string> write)
    {
        _code = code;
        _language = language;
        _write = write;
    }

    /// <summary>Returns the code as HTML, without highlighting if the language is unknown.</summary>
    public static string ToHtml(string code, string language)
    {
        if (CodeLanguage.Find(language) is not { } known)
            return Html.Escape(code);
        var html = new StringBuilder(code.Length * 2);
        Read(code, known, (kind, text) =>
        {
            if (kind is not null)
                html.Append("<i class=\"").Append(kind).Append("\">");
            Html.Append(html, text);
            if (kind is not null)
                html.Append("</i>");
        });
        return html.ToString();
    }

    /// <summary>
    /// Reads code token by token. <paramref name="write"/> receives the CSS class of each token, or null for plain text, and the token's text.
    /// </summary>
    public static void Read(string code, CodeLanguage language, Action<string?, string> write)
    {
        var highlighter = new CodeHighlighter(code, language, write);
        if (language.IsDiff)
            highlighter.ReadDiff();
        else if (language.IsMarkup)
            highlighter.ReadMarkup();
        else
            highlighter.ReadCode();
        highlighter.Plain(code.Length);
    }

    private void ReadCode()
    {
        while (_at < _code.Length)
        {
            char c = _code[_at];
            if (char.IsWhiteSpace(c))
                _at++;
            else if (CommentEnd() is > 0 and var comment)
                Mark("c", comment);
            else if (StringEnd() is > 0 and var text)
                Mark(_language.HasKeys && IsKey(text) ? "k" : "s", text);
            else if (c == _language.Variable)
                Mark("v", VariableEnd());
            else if (char.IsAsciiDigit(c))
                Mark("n", NumberEnd());
            else if (_language.HasDashedNames && c == '-' && _at + 1 < _code.Length && char.IsAsciiLetter(_code[_at + 1])
                && (_at == 0 || !char.IsLetterOrDigit(_code[_at - 1])))
                Mark("p", NameEnd(_at + 1));
            else if (char.IsLetter(c) || c == '_')
                ReadName();
            else
                _at++;
        }
    }

    private void ReadName()
    {
        int end = NameEnd(_at);
        if (_language.HasDashedNames)
        {
            while (end + 1 < _code.Length && _code[end] == '-' && char.IsAsciiLetter(_code[end + 1]))
                end = NameEnd(end + 1);
        }
        string name = _code[_at..end];
        string? kind = _language.Keywords.Contains(name) ? "k"
            : _language.HasDashedNames && name.Contains('-', StringComparison.Ordinal) ? "f"
            : _language.HasKeys && IsKey(end) ? "k"
            : _language.HasCapitalTypes && char.IsAsciiLetterUpper(name[0]) && name.AsSpan().ContainsAnyInRange('a', 'z')
            && !(end < _code.Length && _code[end] == '(') ? "t"
            : end < _code.Length && _code[end] == '(' && !_language.HasKeys ? "f"
            : null;
        if (kind is null)
            _at = end;
        else
            Mark(kind, end);
    }

    private void ReadMarkup()
    {
        while (_at < _code.Length)
        {
            if (CommentEnd() is > 0 and var comment)
                Mark("c", comment);
            else if (_code[_at] == '<' && _at + 1 < _code.Length && (char.IsAsciiLetter(_code[_at + 1]) || _code[_at + 1] is '/' or '!' or '?'))
                ReadTag();
            else
                _at++;
        }
    }

    private void ReadTag()
    {
        int end = _at + 1;
        while (end < _code.Length && (char.IsLetterOrDigit(_code[end]) || _code[end] is '/' or '!' or '?' or '-' or ':' or '.' or '_'))
            end++;
        Mark("k", end);
        while (_at < _code.Length && _code[_at] is not ('>' or '<'))
        {
            char c = _code[_at];
            if (c is '"' or '\'')
                Mark("s", Until(c.ToString(), _at + 1));
            else if (char.IsLetter(c))
                Mark("v", NameEnd(_at));
            else
                _at++;
        }
        if (_at < _code.Length && _code[_at] == '>')
            Mark("k", _at + 1);
    }

    private void ReadDiff()
    {
        while (_at < _code.Length)
        {
            int end = Until("\n", _at);
            string? kind = _code[_at] switch { '+' => "s", '-' => "d", '@' => "k", _ => null };
            if (kind is null)
                _at = end;
            else
                Mark(kind, end);
        }
    }

    private int CommentEnd()
    {
        if (_language.BlockComment is { } block && StartsWith(block.Open))
            return Until(block.Close, _at + block.Open.Length);
        foreach (string mark in _language.LineComments)
        {
            // In shells, for example, a # inside a word does not begin a comment.
            if (StartsWith(mark) && (mark != "#" || _at == 0 || char.IsWhiteSpace(_code[_at - 1]) || _code[_at - 1] is '(' or ')' or '{' or ';' or ','))
                return Math.Max(_code.IndexOf('\n', _at) is >= 0 and var end ? end : _code.Length, _at + 1);
        }
        return 0;
    }

    private int StringEnd()
    {
        foreach (var kind in _language.Strings)
        {
            if (!StartsWith(kind.Open))
                continue;
            int at = _at + kind.Open.Length;
            while (at < _code.Length)
            {
                if (_code[at] == kind.Escape && kind.Escape != ' ')
                    at += 2;
                else if (string.CompareOrdinal(_code, at, kind.Close, 0, kind.Close.Length) == 0)
                    return at + kind.Close.Length;
                else if (_code[at] == '\n' && !kind.ManyLines)
                    return at;
                else
                    at++;
            }
            return _code.Length;
        }
        return 0;
    }

    private int VariableEnd()
    {
        int at = _at + 1;
        if (at < _code.Length && _code[at] == '{')
            return Until("}", at);
        while (at < _code.Length
            && (char.IsLetterOrDigit(_code[at]) || _code[at] == '_' || _code[at] == ':' && at + 1 < _code.Length && char.IsLetter(_code[at + 1])))
            at++;
        // $?, $$, $^ and similar variables.
        return at == _at + 1 && at < _code.Length && _code[at] is '?' or '$' or '^' or '@' or '#' or '*' ? at + 1 : at;
    }

    private int NumberEnd()
    {
        int at = _at;
        while (at < _code.Length
            && (char.IsLetterOrDigit(_code[at]) || _code[at] == '_' || _code[at] == '.' && at + 1 < _code.Length && char.IsAsciiDigit(_code[at + 1])))
            at++;
        return at;
    }

    private int NameEnd(int at)
    {
        while (at < _code.Length && (char.IsLetterOrDigit(_code[at]) || _code[at] == '_' || _language.HasKeys && _code[at] is '-' or '.' or '@'))
            at++;
        return at;
    }

    private bool IsKey(int end)
    {
        while (end < _code.Length && _code[end] == ' ')
            end++;
        return end < _code.Length && _code[end] is ':' or '=';
    }

    private bool StartsWith(string text) => string.CompareOrdinal(_code, _at, text, 0, text.Length) == 0;

    /// <summary>Returns the index after the next occurrence of a string, or the end of the code.</summary>
    private int Until(string text, int from) =>
        _code.IndexOf(text, Math.Min(from, _code.Length), StringComparison.Ordinal) is >= 0 and var found ? found + text.Length : _code.Length;

    private void Mark(string kind, int end)
    {
        Plain(_at);
        end = Math.Min(end, _code.Length);
        _write(kind, _code[_at..end]);
        _at = _plainFrom = end;
    }

    private void Plain(int end)
    {
        if (end > _plainFrom)
            _write(null, _code[_plainFrom..end]);
        _plainFrom = end;
    }
}
