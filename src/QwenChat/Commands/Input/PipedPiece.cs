namespace QwenChat.Commands.Input;

/// <summary>What a piece of what was piped is.</summary>
internal enum PipedKind
{
    /// <summary>A line of text.</summary>
    Line,
    /// <summary>A text file.</summary>
    File,
    /// <summary>An object, as data.</summary>
    Object,
    /// <summary>What Format-Table and its like write: text that is laid out when it is displayed.</summary>
    Layout,
}

/// <summary>One piece of what is piped along with a message, as it was when it came.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The line, the file's text, or the object as JSON.</param>
internal sealed record PipedPiece(PipedKind Kind, string Text)
{
    /// <summary>The file's full path.</summary>
    public string? Path { get; init; }

    /// <summary>The object's columns and cells, each line as CSV, where all of its members are scalars.</summary>
    public (string Columns, string Cells)? Record { get; init; }

    /// <summary>What the host lays out.</summary>
    public object? Layout { get; init; }

    /// <summary>How many characters it will take.</summary>
    public int Length => Math.Min(Text.Length, Record?.Cells.Length ?? int.MaxValue) + 1;

    /// <summary>An object as data.</summary>
    /// <param name="value">The object.</param>
    /// <param name="maximumBytes">The most that is written of it.</param>
    /// <exception cref="QwenException">It contains itself, is too deep, or is longer than that.</exception>
    public static PipedPiece OfObject(object value, int maximumBytes) =>
        new(PipedKind.Object, ObjectJson.ToText(value, maximumBytes)) { Record = ReadRecord(value) };

    private static (string, string)? ReadRecord(object value)
    {
        if (!ObjectJson.HasMembers(value))
            return null;
        List<string> columns = [], cells = [];
        foreach (var (name, member) in ObjectMembers.Of(value))
        {
            if (ScalarValue.Of(member) is not { } scalar)
                return null;
            columns.Add(Cell(name, isText: true));
            cells.Add(Cell(scalar.Text, isText: scalar.Kind != ScalarKind.Null));
        }
        return columns.Count == 0 ? null : (string.Join(',', columns), string.Join(',', cells));
    }

    // An empty text is quoted: nothing between two commas is no value.
    private static string Cell(string text, bool isText)
    {
        bool isPlain = text.Length > 0 ? text.AsSpan().IndexOfAny(",\"\r\n") < 0 && text[0] != ' ' && text[^1] != ' ' : !isText;
        return isPlain ? text : "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }
}
