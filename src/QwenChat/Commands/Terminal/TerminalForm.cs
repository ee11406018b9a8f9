using QwenChat.Export;

namespace QwenChat.Commands.Terminal;

/// <summary>The inside of a paragraph as a terminal shows it. Where nothing is decorated, Markdown's own marks stay.</summary>
/// <param name="style">The sequences.</param>
internal sealed class TerminalForm(TerminalStyle style) : InlineForm
{
    /// <summary>What all of it stands in: a heading's sequence. It is written again after everything that may end it.</summary>
    public string Around { get; set; } = "";

    /// <inheritdoc/>
    public override string LineBreak => " ";

    /// <inheritdoc/>
    public override string Text(string text) => text;

    /// <inheritdoc/>
    public override string Code(string code) => style.IsPlain ? $"`{code}`" : style.Code.On + code + style.Code.Off + Around;

    // The address is shown: what a link's text says need not be where it leads.
    /// <inheritdoc/>
    public override string Link(string address, string shown)
    {
        string link = style.Underline.On + shown + style.Underline.Off;
        return shown == address ? link : $"{link} {style.Paint(style.Faint, $"({address})")}{Around}";
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
