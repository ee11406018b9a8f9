using QwenChat.Export.Markdown;
using QwenChat.Text;

namespace QwenChat.Commands.Terminal;

/// <summary>The inside of a paragraph as a terminal shows it. Where nothing is decorated, Markdown's own marks stay.</summary>
/// <param name="style">The sequences.</param>
/// <param name="isCell">Whether it is a table's cell, which has one line.</param>
internal sealed class TerminalForm(TerminalStyle style, bool isCell = false) : InlineForm
{
    /// <summary>What all of it stands in: a heading's sequence. It is written again after everything that may end it.</summary>
    public string Around { get; set; } = "";

    /// <inheritdoc/>
    public override string LineBreak => isCell ? " " : "\n";

    // A character reference can stand for any control character.
    /// <inheritdoc/>
    public override string Text(string text) => VisibleText.Of(text.Replace('\n', ' ').Replace('\t', ' '));

    /// <inheritdoc/>
    public override string Code(string code) => style.IsPlain ? $"`{code}`" : style.Code.On + code + style.Code.Off + Around;

    // The address is shown: a link's text need not say where it leads.
    /// <inheritdoc/>
    public override string Link(LinkDefinition target, string shown)
    {
        string link = style.Underline.On + shown + style.Underline.Off;
        string address = Text(target.Address);
        if (target.Title.Length == 0 && (shown == address || address == "mailto:" + shown || address == "http://" + shown))
            return link;
        string title = target.Title.Length > 0 ? $" \"{Text(target.Title)}\"" : "";
        return $"{link} {style.Paint(style.Faint, $"({address}{title})")}{Around}";
    }

    /// <inheritdoc/>
    public override string Open(InlineEmphasis kind) => style.IsPlain ? Mark(kind) : Pair(kind).On;

    /// <inheritdoc/>
    public override string Close(InlineEmphasis kind) => style.IsPlain ? Mark(kind) : Pair(kind).Off + Around;

    private (string On, string Off) Pair(InlineEmphasis kind) => kind switch
    {
        InlineEmphasis.Strong => style.Bold,
        InlineEmphasis.Deleted => style.Strikethrough,
        _ => style.Italic,
    };

    private static string Mark(InlineEmphasis kind) => kind switch { InlineEmphasis.Strong => "**", InlineEmphasis.Deleted => "~~", _ => "*" };
}
