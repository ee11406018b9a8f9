namespace QwenChat.Export.Markdown;

/// <summary>
/// Pairs the delimiters of emphasis with CommonMark's "process emphasis" algorithm. Failed searches are recorded, so that later searches end earlier.
/// </summary>
internal static class EmphasisPairs
{
    /// <summary>
    /// Pairs the runs of delimiters among the nodes, starting at an index, and adds the marks of the output format. Unpaired delimiters become text.
    /// </summary>
    public static void Match(IReadOnlyList<InlineNode> nodes, int from, InlineForm form)
    {
        var open = new List<InlineNode>();
        var failed = new Dictionary<(char, bool, int), int>();
        foreach (var closer in nodes.Skip(from).Where(node => node.Delimiter != '\0'))
        {
            while (closer is { CanClose: true, Count: > 0 })
            {
                var kind = (closer.Delimiter, closer.CanOpen, closer.Length % 3);
                int bottom = failed.GetValueOrDefault(kind);
                int i = open.Count - 1;
                while (i >= bottom && !Fits(open[i], closer))
                    i--;
                if (i < bottom)
                {
                    failed[kind] = open.Count;
                    break;
                }
                Pair(open[i], closer, form);
                open.RemoveRange(i + 1, open.Count - i - 1);
                if (open[i].Count == 0)
                    open.RemoveAt(i);
                foreach (var (key, place) in failed.ToArray())
                    failed[key] = Math.Min(place, open.Count);
            }
            if (closer is { CanOpen: true, Count: > 0 })
                open.Add(closer);
        }
    }

    private static bool Fits(InlineNode opener, InlineNode closer)
    {
        if (opener.Delimiter != closer.Delimiter)
            return false;
        // CommonMark's rule of three, for runs that can both open and close.
        return !(opener.CanClose || closer.CanOpen)
            || (opener.Length + closer.Length) % 3 != 0
            || opener.Length % 3 == 0 && closer.Length % 3 == 0;
    }

    private static void Pair(InlineNode opener, InlineNode closer, InlineForm form)
    {
        int used = opener.Count >= 2 && closer.Count >= 2 ? 2 : 1;
        var kind = opener.Delimiter == '~' ? InlineEmphasis.Deleted : used == 2 ? InlineEmphasis.Strong : InlineEmphasis.Weak;
        opener.Count -= used;
        closer.Count -= used;
        opener.Opening = form.Open(kind) + opener.Opening;
        closer.Closing += form.Close(kind);
    }
}
