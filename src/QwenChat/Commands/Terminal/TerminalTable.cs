using System.Text;

namespace QwenChat.Commands.Terminal;

/// <summary>Lays out a table for a terminal: in columns or, if the columns are too wide, row by row.</summary>
internal sealed class TerminalTable(TerminalStyle style, int width)
{
    private const string Between = " │ ";
    private const int MaximumRepeated = 200;

    /// <param name="columns">The alignment of each column: <c>center</c>, <c>right</c> or empty.</param>
    /// <param name="rows">The rendered cells of each row, beginning with the header row.</param>
    public IEnumerable<string> Lines(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        int[] widths = new int[columns.Count];
        foreach (var row in rows)
        {
            for (int column = 0; column < Math.Min(row.Count, widths.Length); column++)
                widths[column] = Math.Max(widths[column], CellWidth.Of(row[column]));
        }
        return widths.Sum() + (columns.Count - 1) * Between.Length <= width ? InColumns(columns, rows, widths) : RowByRow(columns, rows);
    }

    private IEnumerable<string> InColumns(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows, int[] widths)
    {
        for (int i = 0; i < rows.Count; i++)
        {
            var line = new StringBuilder();
            for (int column = 0; column < columns.Count; column++)
            {
                string cell = Aligned(Cell(rows[i], column), columns[column], widths[column], isLast: column == columns.Count - 1);
                line.Append(column > 0 ? style.Paint(style.Faint, Between) : "").Append(i == 0 ? style.Paint(style.Heading, cell) : cell);
            }
            yield return line.ToString();
            if (i == 0)
                yield return style.Paint(style.Faint, string.Join("─┼─", widths.Select(columnWidth => new string('─', columnWidth))));
        }
    }

    private IEnumerable<string> RowByRow(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        for (int i = 1; i < rows.Count; i++)
        {
            if (i > 1)
                yield return "";
            // Missing cells are not shown. A column header that is too long to be repeated is shown only with the first row.
            for (int column = 0; column < Math.Min(rows[i].Count, columns.Count); column++)
            {
                string header = rows[0][column];
                yield return (i == 1 || header.Length <= MaximumRepeated ? style.Paint(style.Heading, header) + ": " : "") + rows[i][column];
            }
        }
    }

    private static string Aligned(string cell, string alignment, int width, bool isLast)
    {
        int blanks = width - CellWidth.Of(cell);
        int left = alignment switch { "right" => blanks, "center" => blanks / 2, _ => 0 };
        return new string(' ', left) + cell + new string(' ', isLast ? 0 : blanks - left);
    }

    private static string Cell(IReadOnlyList<string> row, int column) => column < row.Count ? row[column] : "";
}
