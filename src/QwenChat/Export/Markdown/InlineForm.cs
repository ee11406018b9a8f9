namespace QwenChat.Export.Markdown;

/// <summary>Writes the inline content of a paragraph in an output format. Text is passed unescaped and returned escaped.</summary>
internal abstract class InlineForm
{
    /// <summary>Gets the explicit line break.</summary>
    public abstract string LineBreak { get; }

    /// <summary>Returns text in the output format.</summary>
    public abstract string Text(string text);

    /// <summary>Returns code in the output format.</summary>
    public abstract string Code(string code);

    /// <summary>Returns a link in the output format.</summary>
    /// <param name="target">The target.</param>
    /// <param name="shown">The content, already in this format.</param>
    public abstract string Link(LinkDefinition target, string shown);

    /// <summary>Returns an image as a link with its description, or only the description inside another link. Images are never fetched.</summary>
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

    /// <summary>Returns the opening mark of emphasis.</summary>
    public abstract string Open(InlineEmphasis kind);

    /// <summary>Returns the closing mark of emphasis.</summary>
    public abstract string Close(InlineEmphasis kind);
}
