namespace QwenChat.Export.Markdown;

/// <summary>A place on a line of Markdown. Tabs count as blanks up to the next column that is a multiple of four, and may be taken in part.</summary>
/// <param name="line">The line, without its end.</param>
internal sealed class LineCursor(string line)
{
    private int _at;
    private int _column;
    private int _pending;

    /// <summary>Gets where the next character that is no blank is; the line's length when there is none.</summary>
    public int Next
    {
        get
        {
            int next = line.AsSpan(_at).IndexOfAnyExcept(' ', '\t');
            return next < 0 ? line.Length : _at + next;
        }
    }

    /// <summary>Gets the character there; NUL at the line's end.</summary>
    public char NextCharacter => Next is var next && next < line.Length ? line[next] : '\0';

    /// <summary>Gets whether nothing but blanks is left.</summary>
    public bool IsBlank => Next == line.Length;

    /// <summary>Gets how many columns the blanks before the next character take.</summary>
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

    /// <summary>Gets the rest of the line, with what is left of a tab as blanks.</summary>
    public string Rest => _pending > 0 ? new string(' ', _pending) + line[_at..] : line[_at..];

    /// <summary>Gets the rest from the next character on.</summary>
    public string Text => line[Next..];

    /// <summary>Goes to the next character that is no blank, and so many characters on.</summary>
    public void SkipTo(int characters = 0)
    {
        SkipBlanks(int.MaxValue);
        _at += characters;
        _column += characters;
    }

    /// <summary>Goes over blanks, so many columns at most.</summary>
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
