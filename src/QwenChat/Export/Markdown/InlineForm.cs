namespace QwenChat.Export.Markdown;

/// <summary>Writes the inline content of a paragraph in an output format. Text is passed unescaped and returned escaped.</summary>
internal abstract class InlineForm
{
    /// <summary>Gets the explicit line break.</summary>
    public abstract string LineBreak { get; }

    public abstract string Text(string text);

    public abstract string Code(string code);

    /// <summary>Returns a link. <paramref name="shown"/> is already in the output format.</summary>
    public abstract string Link(LinkDefinition target, string shown);

    /// <summary>
    /// Returns a link to an image, with the description as its text. Inside another link, returns only the description. Images are never fetched.
    /// </summary>
    /// <param name="target">The location of the image.</param>
    /// <param name="description">The description, as plain text.</param>
    /// <param name="isInLink">Whether the image is inside a link.</param>
    public virtual string Image(LinkDefinition target, string description, bool isInLink)
    {
        string shown = Text("🖼 " + (description.Length > 0 ? description : target.Address));
        return isInLink ? shown : Link(target, shown);
    }

    /// <summary>Returns whether a URL may be a link. URLs that are neither web pages nor email addresses remain text.</summary>
    public virtual bool IsLink(string address) => LinkTarget.IsPage(address);

    public abstract string Open(InlineEmphasis kind);

    public abstract string Close(InlineEmphasis kind);
}
