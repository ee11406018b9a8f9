using System.Globalization;
using System.Text;
using QwenChat.Commands.Terminal;

namespace QwenChat.Commands.Repl;

/// <summary>Draws rows on a terminal, and writes only the changes. Uses only the cursor movement and erase sequences of ECMA-48.</summary>
internal sealed class InputScreen(Action<string> write)
{
    private const string EraseBelow = "\x1b[J";
    private const string EraseRight = "\x1b[K";

    private string[] _rows = [];
    private int _row;
    private int _column;
    private int _width;

    /// <summary>Draws the rows of the text and the rows below them, and places the cursor.</summary>
    public void Show(InputLayout text, IReadOnlyList<string> below, int width)
    {
        string[] rows = [.. text.Rows, .. below];
        var output = new StringBuilder();
        if (width != _width)
            Forget(output, width);
        int from = 0;
        while (from < Math.Min(rows.Length, _rows.Length) && rows[from] == _rows[from])
            from++;
        if (IsLonger(rows, from))
        {
            output.Append(rows[_row], _rows[_row].Length, rows[_row].Length - _rows[_row].Length);
            _column = CellWidth.Of(rows[_row]);
        }
        else if (from < Math.Max(rows.Length, _rows.Length))
        {
            Rewrite(output, rows, from);
        }
        _rows = rows;
        Move(output, text.CursorRow, text.CursorColumn);
        if (output.Length > 0)
            write(output.ToString());
    }

    /// <summary>Removes all rows. Later output begins at the position of the first row.</summary>
    public void Clear()
    {
        var output = new StringBuilder();
        Move(output, 0, 0);
        if (_rows.Length > 0)
            write(output.Append(EraseBelow).ToString());
        (_rows, _row, _column) = ([], 0, 0);
    }

    /// <summary>Returns whether the only change is text added at the end of the last row, which is the usual case.</summary>
    private bool IsLonger(string[] rows, int from) =>
        rows.Length == _rows.Length && from == _row && from == rows.Length - 1 && rows[from].StartsWith(_rows[from], StringComparison.Ordinal)
        && _column == CellWidth.Of(_rows[from]);

    private void Rewrite(StringBuilder output, string[] rows, int from)
    {
        // A line feed at the end of the last row creates a new row.
        bool isNew = from == _rows.Length && from > 0;
        Move(output, isNew ? from - 1 : from, 0);
        if (isNew)
            output.Append("\r\n");
        for (int i = from; i < rows.Length; i++)
        {
            output.Append(i > from ? "\r\n" : "").Append(rows[i]);
            output.Append(i == rows.Length - 1 ? EraseBelow : EraseRight);
        }
        if (from >= rows.Length)
            output.Append(EraseBelow);
        _row = Math.Max(from, rows.Length - 1);
        _column = from < rows.Length ? CellWidth.Of(rows[^1]) : 0;
    }

    private void Move(StringBuilder output, int row, int column)
    {
        if (row == _row && column == _column)
            return;
        if (row != _row)
            output.Append(CultureInfo.InvariantCulture, $"\x1b[{Math.Abs(row - _row)}{(row < _row ? 'A' : 'B')}");
        output.Append('\r');
        if (column > 0)
            output.Append(CultureInfo.InvariantCulture, $"\x1b[{column}C");
        (_row, _column) = (row, column);
    }

    /// <summary>Called when the width has changed. Removes all rows, including the extra lines that appear when the terminal wraps long rows.</summary>
    private void Forget(StringBuilder output, int width)
    {
        if (_rows.Length > 0)
        {
            int above = _rows.Take(_row).Sum(row => Math.Max(0, (CellWidth.Of(row) - 1) / width)) + Math.Max(0, _column) / width;
            _row += above;
            Move(output, 0, 0);
            output.Append(EraseBelow);
        }
        (_rows, _row, _column, _width) = ([], 0, 0, width);
    }
}
