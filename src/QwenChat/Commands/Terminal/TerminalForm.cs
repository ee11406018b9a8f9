using QwenChat.Export.Markdown;
using QwenChat.Text;

namespace QwenChat.Commands.Terminal;

/// <summary>Renders the inline text of a paragraph for a terminal. Without styles, the Markdown markers remain.</summary>
/// <param name="style">The escape sequences.</param>
/// <param name="isCell">Whether the text is a table cell, which has one line.</param>
internal sealed class TerminalForm(TerminalStyle style, bool isCell = false) : InlineForm
{
    /// <summary>The escape sequence for the whole text, such as the color of a heading. It is repeated after every sequence that may reset it.</summary>
    public string Around { get; set; } = "";

    /// <inheritdoc/>
    public override string LineBreak => isCell ? " " : "\n";

    // A character reference can represent any control character, so the text is made safe here.
    /// <inheritdoc/>
    public override string Text(string text) => VisibleText.Of(text.Replace('\n', ' ').Replace('\t', ' '));

    /// <inheritdoc/>
    public override string Code(string code) => style.IsPlain ? $"`{code}`" : style.Code.On + code + style.Code.Off + Around;

    // The address is shown because the text of a link may hide it.
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
