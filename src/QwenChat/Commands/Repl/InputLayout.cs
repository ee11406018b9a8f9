using System.Globalization;
using System.Text;
using QwenChat.Commands.Terminal;
using QwenChat.Text;

namespace QwenChat.Commands.Repl;

/// <summary>Text laid out in rows, with the position of the cursor.</summary>
/// <param name="Rows">The rows, safe to display.</param>
/// <param name="CursorRow">The cursor's row.</param>
/// <param name="CursorColumn">The column of the cursor, from 0.</param>
internal sealed record InputLayout(IReadOnlyList<string> Rows, int CursorRow, int CursorColumn)
{
    private const string Tab = "    ";

    /// <summary>Lays out text. The last column stays empty, because terminals differ in when they wrap a full line.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cursor">The cursor's index in the text.</param>
    /// <param name="prompt">The beginning of the first row. Color sequences in it have no width.</param>
    /// <param name="width">The width of the display in columns.</param>
    public static InputLayout Of(string text, int cursor, string prompt, int width)
    {
        int indent = CellWidth.Of(prompt);
        string blanks = new(' ', indent);
        int columns = Math.Max(width - 1, indent + 2);
        var rows = new List<string>();
        var row = new StringBuilder(prompt);
        int column = indent;
        var place = (Row: 0, Column: indent);
        for (int at = 0; at < text.Length;)
        {
            int length = StringInfo.GetNextTextElementLength(text, at);
            string shown = text[at] switch { '\n' => "", '\t' => Tab, _ => VisibleText.Of(text.Substring(at, length)) };
            int cells = CellWidth.Of(shown);
            if (text[at] != '\n' && column + cells > columns)
                EndRow();
            if (at == cursor)
                place = (rows.Count, column);
            if (text[at] == '\n')
                EndRow();
            row.Append(shown);
            column += cells;
            at += length;
        }
        if (cursor >= text.Length)
        {
            if (column >= columns)
                EndRow();
            place = (rows.Count, column);
        }
        rows.Add(row.ToString());
        return new InputLayout(rows, place.Row, place.Column);

        void EndRow()
        {
            rows.Add(row.ToString());
            row.Clear().Append(blanks);
            column = indent;
        }
    }

    /// <summary>Returns as many rows as fit into the height, including the row with the cursor.</summary>
    public InputLayout Within(int height)
    {
        if (Rows.Count <= height)
            return this;
        int first = Math.Clamp(CursorRow - height / 2, 0, Rows.Count - height);
        return new InputLayout(Rows.Skip(first).Take(height).ToArray(), CursorRow - first, CursorColumn);
    }
}
