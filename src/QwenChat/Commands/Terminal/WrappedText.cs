using System.Text;

namespace QwenChat.Commands.Terminal;

/// <summary>
/// Wraps text at a width between words or, in scripts without spaces, between characters. A word is buffered until it is complete, because its chunks
/// must stay on one line.
/// </summary>
internal sealed class WrappedText(StringBuilder output, int width)
{
    // Characters that must not begin a line.
    private const string Closing = "、。，．！？：；）】》」』〉〕｝％”’";

    private readonly StringBuilder _word = new();
    private int _wordWidth;
    private int _blanks;
    private int _column;
    private int _start;
    private string _indent = "";

    /// <param name="first">The prefix of the first line.</param>
    /// <param name="rest">The prefix of every other line.</param>
    public void Begin(string first, string rest)
    {
        output.Append(first);
        _column = CellWidth.Of(first);
        _indent = rest;
        _start = CellWidth.Of(rest);
    }

    /// <summary>Writes text. A line feed breaks the line, and color sequences have no width.</summary>
    public void Write(string text)
    {
        for (int at = 0; at < text.Length;)
        {
            if (text[at] == '\x1b')
            {
                int end = CellWidth.SequenceEnd(text, at);
                _word.Append(text, at, end - at);
                at = end;
                continue;
            }
            if (text[at] == ' ')
            {
                Flush();
                _blanks++;
                at++;
                continue;
            }
            if (text[at] == '\n')
            {
                Flush();
                BreakLine();
                _blanks = 0;
                at++;
                continue;
            }
            Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out int length);
            int columns = CellWidth.Of(rune);
            if (columns == 2 && !Closing.Contains(text[at], StringComparison.Ordinal))
                Flush();
            _word.Append(text, at, length);
            _wordWidth += columns;
            at += length;
        }
    }

    public void End()
    {
        Flush();
        output.Append('\n');
        _blanks = 0;
        _column = 0;
    }

    private void Flush()
    {
        if (_wordWidth > 0)
        {
            if (_column + _blanks + _wordWidth <= width)
            {
                output.Append(' ', _blanks);
                _column += _blanks;
            }
            else if (_column > _start)
            {
                BreakLine();
            }
            _blanks = 0;
        }
        if (_column + _wordWidth <= width)
            output.Append(_word);
        else
            Split(_word.ToString());
        _column += _wordWidth;
        _word.Clear();
        _wordWidth = 0;
    }

    // Splits a word that is longer than a line.
    private void Split(string word)
    {
        for (int at = 0; at < word.Length;)
        {
            int end = at + 1, columns = 0;
            if (word[at] == '\x1b')
            {
                end = CellWidth.SequenceEnd(word, at);
            }
            else
            {
                Rune.DecodeFromUtf16(word.AsSpan(at), out var rune, out int length);
                (end, columns) = (at + length, CellWidth.Of(rune));
            }
            if (_column + columns > width && _column > _start)
                BreakLine();
            output.Append(word, at, end - at);
            _column += columns;
            at = end;
        }
        _wordWidth = 0;
    }

    private void BreakLine()
    {
        output.Append('\n').Append(_indent);
        _column = _start;
    }
}
