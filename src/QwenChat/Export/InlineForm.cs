namespace QwenChat.Export;

/// <summary>What the inside of a paragraph is written as. Everything is handed over as text and comes back as it is to stand there.</summary>
internal abstract class InlineForm
{
    public abstract string Text(string text);

    public abstract string Code(string code);

    /// <param name="address">A web address.</param>
    /// <param name="shown">What is shown in its place, already written.</param>
    public abstract string Link(string address, string shown);

    public abstract string LineBreak { get; }

    /// <param name="kind">What begins.</param>
    public abstract string Open(InlineEmphasis kind);

    /// <param name="kind">What ends.</param>
    public abstract string Close(InlineEmphasis kind);
}

/// <summary>What emphasises text.</summary>
internal enum InlineEmphasis
{
    Weak,
    Strong,
    Deleted,
}

/// <summary>The inside of a paragraph as HTML.</summary>
internal sealed class HtmlForm : InlineForm
{
    public static readonly HtmlForm Instance = new();

    public override string LineBreak => "<br>\n";

    public override string Text(string text) => Html.Escape(text);

    public override string Code(string code) => $"<code>{Html.Escape(code)}</code>";

    public override string Link(string address, string shown) => Html.Link(address, shown);

    public override string Open(InlineEmphasis kind) => $"<{Tag(kind)}>";

    public override string Close(InlineEmphasis kind) => $"</{Tag(kind)}>";

    private static string Tag(InlineEmphasis kind) => kind switch { InlineEmphasis.Strong => "strong", InlineEmphasis.Deleted => "del", _ => "em" };
}
