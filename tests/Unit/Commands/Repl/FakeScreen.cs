using System.Globalization;
using System.Text;
using QwenChat.Commands.Terminal;

namespace QwenChat.Tests.Commands.Repl;

/// <summary>
/// A terminal with few columns and rows. The terminal executes the escape sequences that the chat uses, and fails on other sequences.
/// </summary>
internal sealed class FakeScreen(int width, int height)
{
    private readonly List<string[]> _rows = [Empty(width)];
    private int _row;
    private int _column;
    private int _width = width;

    /// <summary>The output, including escape sequences.</summary>
    public StringBuilder Written { get; } = new();

    public (int Row, int Column) Cursor => (_row, _column);

    /// <summary>The rows without trailing spaces, including rows that have scrolled off the screen.</summary>
    public IReadOnlyList<string> Rows => _rows.Select(row => string.Concat(row).TrimEnd()).ToArray();

    public string Text => string.Join('\n', Rows).TrimEnd('\n');

    /// <summary>Makes the screen narrower, and rewraps long rows as some terminals do.</summary>
    public void Narrow(int width)
    {
        for (int i = _rows.Count - 1; i >= 0; i--)
        {
            string[] cells = _rows[i];
            int used = Math.Max(1, Array.FindLastIndex(cells, cell => cell != " ") + 1);
            var parts = Enumerable.Range(0, (used + width - 1) / width)
                .Select(part => cells.Skip(part * width).Take(width).Concat(Empty(width)).Take(width).ToArray()).ToArray();
            if (i < _row)
                _row += parts.Length - 1;
            else if (i == _row)
                (_row, _column) = (_row + _column / width, _column % width);
            _rows.RemoveAt(i);
            _rows.InsertRange(i, parts);
        }
        _width = width;
    }

    public void Write(string text)
    {
        Written.Append(text);
        for (int at = 0; at < text.Length;)
        {
            if (text[at] == '\x1b')
            {
                int end = CellWidth.SequenceEnd(text, at);
                Obey(text[(at + 2)..end]);
                at = end;
                continue;
            }
            if (text[at] == '\r')
                _column = 0;
            else if (text[at] == '\n')
                Feed();
            else
                at += Put(text, at) - 1;
            at++;
        }
    }

    private int Put(string text, int at)
    {
        int length = StringInfo.GetNextTextElementLength(text, at);
        string element = text.Substring(at, length);
        int cells = CellWidth.Of(element);
        if (_column + cells > _width)
            throw new InvalidOperationException($"'{element}' exceeds the width of the screen.");
        _rows[_row][_column] = element;
        for (int i = 1; i < cells; i++)
            _rows[_row][_column + i] = "";
        _column += cells;
        return length;
    }

    private void Feed()
    {
        if (++_row == _rows.Count)
            _rows.Add(Empty(_width));
    }

    private void Obey(string sequence)
    {
        int count = sequence.Length > 1 && int.TryParse(sequence[..^1], CultureInfo.InvariantCulture, out int given) ? given : 1;
        switch (sequence[^1])
        {
            case 'A':
                // The cursor cannot reach rows that have scrolled off the screen.
                _row = Math.Max(Math.Max(0, _rows.Count - height), _row - count);
                break;
            case 'B':
                _row = Math.Min(_rows.Count - 1, _row + count);
                break;
            case 'C':
                _column = Math.Min(_width - 1, _column + count);
                break;
            case 'K':
                Erase(_row, _column);
                break;
            case 'J':
                Erase(_row, _column);
                for (int row = _row + 1; row < _rows.Count; row++)
                    Erase(row, 0);
                break;
            case 'm':
                break;
            default:
                throw new InvalidOperationException($"ESC [ {sequence} is not known.");
        }
    }

    private void Erase(int row, int column) => Array.Fill(_rows[row], " ", column, _width - column);

    private static string[] Empty(int width) => Enumerable.Repeat(" ", width).ToArray();
}
