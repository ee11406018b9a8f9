using QwenChat.Text;

namespace QwenChat.Export.Markdown;

/// <summary>
/// Writes the inline content of a paragraph as Markdown that every reader parses identically. Links contain their URLs. Emphasis is written as HTML
/// elements, because readers treat marks next to Chinese, Japanese and Korean characters differently.
/// </summary>
internal sealed class TaggedForm : InlineForm
{
    public static readonly TaggedForm Instance = new();

    public override string LineBreak => "\\\n";

    public override string Text(string text) => MarkdownText.Escape(VisibleText.Of(text)).Replace("&", "\\&", StringComparison.Ordinal);

    public override string Code(string code)
    {
        int run = 0, longest = 0;
        foreach (char c in code)
            longest = Math.Max(longest, run = c == '`' ? run + 1 : 0);
        string fence = new('`', longest + 1);
        bool isPadded = code.StartsWith('`') || code.EndsWith('`') || code.StartsWith(' ') && code.EndsWith(' ') && !string.IsNullOrWhiteSpace(code);
        string blank = isPadded ? " " : "";
        return fence + blank + code + blank + fence;
    }

    public override string Link(LinkDefinition target, string shown)
    {
        string title = target.Title.Length > 0 ? $" \"{Text(target.Title.Replace('\n', ' ')).Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : "";
        return $"[{shown}](<{VisibleText.LineOf(target.Address).Replace("&", "&amp;", StringComparison.Ordinal)}>{title})";
    }

    public override string Image(LinkDefinition target, string description, bool isInLink) => "!" + Link(target, Text(description));

    public override bool IsLink(string address) => !LinkTarget.IsUnsafe(address);

    public override string Open(InlineEmphasis kind) => $"<{HtmlForm.Tag(kind)}>";

    public override string Close(InlineEmphasis kind) => $"</{HtmlForm.Tag(kind)}>";
}
