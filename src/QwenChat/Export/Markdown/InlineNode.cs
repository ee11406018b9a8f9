using System.Text;

namespace QwenChat.Export.Markdown;

/// <summary>
/// Part of a paragraph: text in its final form, a run of delimiters, or a bracket that may begin a link. What pairs with nothing stays in the text.
/// </summary>
internal sealed class InlineNode
{
    /// <summary>Gets the text in its final form; null for a run of delimiters.</summary>
    public string? Written { get; init; }

    /// <summary>Gets the text without any form, which describes an image.</summary>
    public string Plain { get; init; } = "";

    /// <summary>Gets the text in its final form inside of a link, where no other link may be; null where it is the same.</summary>
    public string? InLink { get; init; }

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
    public void AppendTo(StringBuilder output, InlineForm form, bool isInLink = false) =>
        output.Append(isInLink && InLink is not null ? InLink : Written)
            .Append(Closing).Append(Count > 0 ? form.Text(new string(Delimiter, Count)) : "").Append(Opening);

    /// <summary>Appends the text alone.</summary>
    public void AppendPlainTo(StringBuilder output) => output.Append(Plain).Append(Delimiter, Count);
}
