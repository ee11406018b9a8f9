using System.Text;

namespace QwenChat.Export;

/// <summary>Part of a paragraph: text in its final form, or a run of delimiters. Delimiters that pair with none stay in the text.</summary>
internal sealed class InlineNode
{
    /// <summary>Gets the text in its final form; null for a run of delimiters.</summary>
    public string? Written { get; init; }

    /// <summary>Gets the character that the run consists of; NUL for text.</summary>
    public char Delimiter { get; init; }

    /// <summary>Gets the length of the whole run.</summary>
    public int Length { get; init; }

    /// <summary>Gets or sets how many delimiters of the run are not paired yet.</summary>
    public int Count { get; set; }

    /// <summary>Gets whether emphasis may begin here.</summary>
    public bool CanOpen { get; init; }

    /// <summary>Gets whether emphasis may end here.</summary>
    public bool CanClose { get; init; }

    /// <summary>Gets or sets the marks of the emphasis that begins here, the outermost first.</summary>
    public string Opening { get; set; } = "";

    /// <summary>Gets or sets the marks of the emphasis that ends here, the innermost first.</summary>
    public string Closing { get; set; } = "";

    /// <summary>Appends the text, or the marks and the delimiters that are left over.</summary>
    public void AppendTo(StringBuilder output) => output.Append(Written).Append(Closing).Append(Delimiter, Written is null ? Count : 0).Append(Opening);
}
