using System.Text;

namespace QwenChat.Export.Markdown;

/// <summary>
/// The link reference definitions of a document: <c>[label]: address "title"</c>. The first definition of a label applies. A definition whose URL must not
/// be a link remains text. A definition with the URL <c>#</c> is omitted, because it usually contains a comment: <c>[//]: # (a comment)</c>.
/// </summary>
/// <param name="form">Determines which URLs may be links.</param>
internal sealed class LinkReferences(InlineForm form)
{
    public static readonly LinkReferences None = new(HtmlForm.Instance);

    private readonly Dictionary<string, LinkDefinition> _definitions = new(StringComparer.Ordinal);

    public LinkDefinition? Find(ReadOnlySpan<char> label) => _definitions.Count == 0 ? null : _definitions.GetValueOrDefault(Normalize(label));

    /// <summary>Adds the definition at an index.</summary>
    /// <param name="text">The text of a paragraph.</param>
    /// <param name="at">The index of the beginning of a line.</param>
    /// <returns>The index of the next line; -1 if there is no definition.</returns>
    public int Take(string text, int at)
    {
        int close = at < text.Length && text[at] == '[' ? LinkSyntax.LabelEnd(text, at) : -1;
        if (close < 0 || close + 1 >= text.Length || text[close + 1] != ':' || text.AsSpan(at + 1, close - at - 1).IsWhiteSpace())
            return -1;
        int next = LinkSyntax.SkipBlanks(text, close + 2);
        int from = next;
        if (!LinkSyntax.TryDestination(text, ref next, out string address) || next == from)
            return -1;
        int end = LineEnd(text, next), quote = LinkSyntax.SkipBlanks(text, next);
        if (quote > next && LinkSyntax.TryTitle(text, ref quote, out string title) && LineEnd(text, quote) is >= 0 and var titleEnd)
            end = titleEnd;
        else
            title = "";
        address = LinkTarget.Encode(address);
        bool isLink = form.IsLink(address);
        if (end < 0 || !isLink && address != "#")
            return -1;
        if (!isLink)
            return end;
        _definitions.TryAdd(Normalize(text.AsSpan(at + 1, close - at - 1)), new LinkDefinition(address, title));
        return end;
    }

    // Returns the index of the next line if only white space remains on the current line; otherwise -1.
    private static int LineEnd(string text, int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t')
            at++;
        return at == text.Length ? at : text[at] == '\n' ? at + 1 : -1;
    }

    // Labels are compared case-insensitively, with white space collapsed.
    private static string Normalize(ReadOnlySpan<char> label)
    {
        var normal = new StringBuilder(label.Length);
        foreach (char c in label.Trim())
        {
            if (!char.IsWhiteSpace(c))
                normal.Append(c);
            else if (normal[^1] != ' ')
                normal.Append(' ');
        }
        return normal.ToString().ToLowerInvariant().Replace("ß", "ss", StringComparison.Ordinal).ToUpperInvariant();
    }
}

