namespace QwenChat.Export.Markdown;

/// <summary>Writes the inline content of a paragraph as HTML.</summary>
internal sealed class HtmlForm : InlineForm
{
    public static readonly HtmlForm Instance = new();

    public override string LineBreak => "<br>\n";

    public override string Text(string text) => Html.Escape(text);

    public override string Code(string code) => $"<code>{Html.Escape(code)}</code>";

    public override string Link(LinkDefinition target, string shown) => Html.Link(target.Address, shown, target.Title);

    public override string Open(InlineEmphasis kind) => $"<{Tag(kind)}>";

    public override string Close(InlineEmphasis kind) => $"</{Tag(kind)}>";

    public static string Tag(InlineEmphasis kind) => kind switch { InlineEmphasis.Strong => "strong", InlineEmphasis.Deleted => "del", _ => "em" };
}
