using System.Text;

namespace QwenChat.Export.Markdown;

/// <summary>Pairs the brackets of a paragraph, and replaces the nodes of each pair with a link or an image.</summary>
internal sealed class InlineLinks(string text, InlineForm form, LinkReferences references, List<InlineNode> nodes)
{
    /// <summary>The maximum length of a link's text. Without a limit, nested images would take quadratic time.</summary>
    private const int MaximumShown = 600;

    private readonly List<OpenBracket> _open = [];
    private bool _isCutOff;

    /// <summary>Gets whether more text could complete a link.</summary>
    public bool IsOpen => _isCutOff || _open.Exists(bracket => bracket.IsActive);

    /// <summary>Adds an opening bracket, which is the last node.</summary>
    /// <param name="label">The index of the text after the bracket.</param>
    /// <param name="isImage">Whether an exclamation mark precedes the bracket.</param>
    public void Open(int label, bool isImage)
    {
        if (_open.Count > 0)
            _open[^1].HasInner = true;
        _open.Add(new OpenBracket(nodes.Count - 1, label, isImage));
    }

    /// <summary>Adds a closing bracket.</summary>
    /// <returns>The index after the link; -1 if the bracket does not end a link.</returns>
    public int Close(int at)
    {
        if (_open.Count == 0)
            return -1;
        var bracket = _open[^1];
        _open.RemoveAt(_open.Count - 1);
        int next = at + 1;
        if (!bracket.IsActive || at - bracket.Label > MaximumShown || Target(bracket, at, ref next) is not { } target)
            return -1;
        EmphasisPairs.Match(nodes, bracket.Node + 1, form);
        var (shown, plain) = (new StringBuilder(), new StringBuilder());
        foreach (var node in nodes.Skip(bracket.Node + 1))
        {
            node.AppendPlainTo(plain);
            node.AppendTo(shown, form, isInLink: true);
        }
        string description = plain.ToString();
        string written = bracket.IsImage ? form.Image(target, description, isInLink: false) : form.Link(target, shown.ToString());
        string? inLink = bracket.IsImage ? form.Image(target, description, isInLink: true) : null;
        nodes.RemoveRange(bracket.Node, nodes.Count - bracket.Node);
        nodes.Add(new InlineNode { Written = written, Plain = description, InLink = inLink });
        // A link must not contain another link.
        for (int i = _open.Count - 1; !bracket.IsImage && i >= 0 && (_open[i].IsActive || _open[i].IsImage); i--)
            _open[i].IsActive &= _open[i].IsImage;
        return next;
    }

    private LinkDefinition? Target(OpenBracket bracket, int close, ref int next)
    {
        if (next < text.Length && text[next] == '(' && Inline(ref next) is { } inline)
            return inline;
        var label = text.AsSpan(bracket.Label, close - bracket.Label);
        int end = close + 1 < text.Length && text[close + 1] == '[' ? LinkSyntax.LabelEnd(text, close + 1) : -1;
        next = close + 1;
        if (end > close + 2)
        {
            label = text.AsSpan((close + 2)..end);
            next = end + 1;
        }
        else if (bracket.HasInner)
        {
            return null;
        }
        else if (end > 0)
        {
            next = end + 1;
        }
        return references.Find(label);
    }

    /// <summary>Reads <c>(address "title")</c>.</summary>
    private LinkDefinition? Inline(ref int next)
    {
        int at = LinkSyntax.SkipBlanks(text, next + 1);
        if (!LinkSyntax.TryDestination(text, ref at, out string address))
        {
            _isCutOff |= !text.AsSpan(next).Contains(')');
            return null;
        }
        string title = "";
        int quote = LinkSyntax.SkipBlanks(text, at);
        if (quote > at && quote < text.Length && text[quote] != ')' && !LinkSyntax.TryTitle(text, ref quote, out title))
        {
            _isCutOff |= text[quote] is '"' or '\'' or '(';
            return null;
        }
        at = LinkSyntax.SkipBlanks(text, quote);
        _isCutOff |= at == text.Length;
        address = LinkTarget.Encode(address);
        if (at == text.Length || text[at] != ')' || !form.IsLink(address))
            return null;
        next = at + 1;
        return new LinkDefinition(address, title);
    }
}
