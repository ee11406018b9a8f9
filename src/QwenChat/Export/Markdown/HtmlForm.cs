namespace QwenChat.Export.Markdown;

/// <summary>Writes the inline content of a paragraph as HTML.</summary>
internal sealed class HtmlForm : InlineForm
{
    public static readonly HtmlForm Instance = new();

    /// <inheritdoc/>
    public override string LineBreak => "<br>\n";

    /// <inheritdoc/>
    public override string Text(string text) => Html.Escape(text);

    /// <inheritdoc/>
    public override string Code(string code) => $"<code>{Html.Escape(code)}</code>";

    /// <inheritdoc/>
    public override string Link(LinkDefinition target, string shown) => Html.Link(target.Address, shown, target.Title);

    /// <inheritdoc/>
    public override string Open(InlineEmphasis kind) => $"<{Tag(kind)}>";

    /// <inheritdoc/>
    public override string Close(InlineEmphasis kind) => $"</{Tag(kind)}>";

    /// <summary>Returns the element of a kind of emphasis.</summary>
    public static string Tag(InlineEmphasis kind) => kind switch { InlineEmphasis.Strong => "strong", InlineEmphasis.Deleted => "del", _ => "em" };
}
