namespace QwenChat.Export.Markdown;

/// <summary>A position on a line of Markdown. Tabs count as spaces up to the next multiple of four columns, and may be partially consumed.</summary>
/// <param name="line">The line, without its end.</param>
internal sealed class LineCursor(string line)
{
    private int _at;
    private int _column;
    private int _pending;

    /// <summary>Gets the index of the next character that is not white space; the length of the line if only white space is left.</summary>
    public int Next
    {
        get
        {
            int next = line.AsSpan(_at).IndexOfAnyExcept(' ', '\t');
            return next < 0 ? line.Length : _at + next;
        }
    }

    /// <summary>Gets the next character that is not white space; NUL at the line's end.</summary>
    public char NextCharacter => Next is var next && next < line.Length ? line[next] : '\0';

    /// <summary>Gets whether only white space is left.</summary>
    public bool IsBlank => Next == line.Length;

    /// <summary>Gets the number of columns of the white space before the next character.</summary>
    public int Indent
    {
        get
        {
            int column = _column + _pending;
            for (int i = _at; i < line.Length && line[i] is ' ' or '\t'; i++)
                column += line[i] == ' ' ? 1 : 4 - column % 4;
            return column - _column;
        }
    }

    /// <summary>Gets the rest of the line. If a tab is partially consumed, its remaining columns become spaces.</summary>
    public string Rest => _pending > 0 ? new string(' ', _pending) + line[_at..] : line[_at..];

    /// <summary>Gets the rest of the line, beginning with the next character that is not white space.</summary>
    public string Text => line[Next..];

    /// <summary>Moves to the next character that is not white space, and then forward by a number of characters.</summary>
    public void SkipTo(int characters = 0)
    {
        SkipBlanks(int.MaxValue);
        _at += characters;
        _column += characters;
    }

    /// <summary>Skips white space, up to a number of columns.</summary>
    public void SkipBlanks(int columns)
    {
        while (columns > 0)
        {
            if (_pending == 0)
            {
                if (_at >= line.Length || line[_at] is not (' ' or '\t'))
                    return;
                _pending = line[_at++] == ' ' ? 1 : 4 - _column % 4;
            }
            int taken = Math.Min(columns, _pending);
            _pending -= taken;
            _column += taken;
            columns -= taken;
        }
    }
}
