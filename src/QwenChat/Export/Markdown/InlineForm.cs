namespace QwenChat.Export.Markdown;

/// <summary>The form that the inside of a paragraph is written in. Text is handed over as it is and comes back escaped.</summary>
internal abstract class InlineForm
{
    /// <summary>Gets a line break that was asked for.</summary>
    public abstract string LineBreak { get; }

    /// <summary>Returns a text.</summary>
    public abstract string Text(string text);

    /// <summary>Returns code.</summary>
    public abstract string Code(string code);

    /// <summary>Returns a link.</summary>
    /// <param name="target">Where it leads.</param>
    /// <param name="shown">What is shown in its place, already in this form.</param>
    public abstract string Link(LinkDefinition target, string shown);

    /// <summary>Returns an image. It is never fetched; its description leads to it, except where it is itself in a link.</summary>
    /// <param name="target">Where it is.</param>
    /// <param name="description">What it shows, as text.</param>
    /// <param name="isInLink">Whether a link is around it.</param>
    public virtual string Image(LinkDefinition target, string description, bool isInLink)
    {
        string shown = Text("🖼 " + (description.Length > 0 ? description : target.Address));
        return isInLink ? shown : Link(target, shown);
    }

    /// <summary>Returns true for an address that may be a link. Others do something else than opening a page, and stay text.</summary>
    public virtual bool IsLink(string address) => LinkTarget.IsPage(address);

    /// <summary>Returns the beginning of emphasis.</summary>
    public abstract string Open(InlineEmphasis kind);

    /// <summary>Returns the end of emphasis.</summary>
    public abstract string Close(InlineEmphasis kind);
}
