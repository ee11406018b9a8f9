using System.Text;

namespace QwenChat.Export.Markdown;

/// <summary>
/// A part of a paragraph: text in the output format, a run of delimiters, or a bracket that may begin a link. Unpaired delimiters and brackets become
/// text.
/// </summary>
internal sealed class InlineNode
{
    /// <summary>Gets the text in the output format; null for a run of delimiters.</summary>
    public string? Written { get; init; }

    /// <summary>Gets the plain text of the node, used if the node is part of an image description.</summary>
    public string Plain { get; init; } = "";

    /// <summary>Gets the text to write inside a link, where another link is not allowed; null for <see cref="Written"/>.</summary>
    public string? InLink { get; init; }

    /// <summary>Gets the delimiter character; NUL for text.</summary>
    public char Delimiter { get; init; }

    /// <summary>Gets the length of the whole run.</summary>
    public int Length { get; init; }

    /// <summary>Gets or sets the number of unpaired delimiters.</summary>
    public int Count { get; set; }

    public bool CanOpen { get; init; }

    public bool CanClose { get; init; }

    /// <summary>Gets or sets the marks of the emphasis that begins here, the outermost first.</summary>
    public string Opening { get; set; } = "";

    /// <summary>Gets or sets the marks of the emphasis that ends here, the innermost first.</summary>
    public string Closing { get; set; } = "";

    /// <summary>Appends the text, or the marks and the unpaired delimiters.</summary>
    public void AppendTo(StringBuilder output, InlineForm form, bool isInLink = false) =>
        output.Append(isInLink && InLink is not null ? InLink : Written)
            .Append(Closing).Append(Count > 0 ? form.Text(new string(Delimiter, Count)) : "").Append(Opening);

    public void AppendPlainTo(StringBuilder output) => output.Append(Plain).Append(Delimiter, Count);
}
