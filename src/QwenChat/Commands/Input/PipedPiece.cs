namespace QwenChat.Commands.Input;

/// <summary>The kinds of piped input.</summary>
internal enum PipedKind
{
    /// <summary>A line of text.</summary>
    Line,
    /// <summary>A text file.</summary>
    File,
    /// <summary>An object, as data.</summary>
    Object,
    /// <summary>The output of Format-Table and similar commands, which is rendered for display.</summary>
    Layout,
}

/// <summary>
/// One element of piped input, captured when it arrived. <paramref name="Text"/> is a line, the text of a file, or an object as JSON.
/// </summary>
internal sealed record PipedPiece(PipedKind Kind, string Text)
{
    public string? Path { get; init; }

    /// <summary>The object as CSV: a line of member names and a line of values. Null unless all members are scalars.</summary>
    public (string Columns, string Cells)? Record { get; init; }

    /// <summary>The format object for the host to render.</summary>
    public object? Layout { get; init; }

    /// <summary>The expected length of the element in the message, in characters.</summary>
    public int Length => Math.Min(Text.Length, Record?.Cells.Length ?? int.MaxValue) + 1;

    /// <summary>Creates an element that contains an object as JSON.</summary>
    /// <exception cref="QwenException">The value contains itself, is nested too deeply, or exceeds the maximum size.</exception>
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

    // Empty text is quoted, because an empty field means null.
    private static string Cell(string text, bool isText)
    {
        bool isPlain = text.Length > 0 ? text.AsSpan().IndexOfAny(",\"\r\n") < 0 && text[0] != ' ' && text[^1] != ' ' : !isText;
        return isPlain ? text : "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }
}
