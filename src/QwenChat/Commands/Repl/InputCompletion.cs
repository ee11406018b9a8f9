using QwenChat.Commands.Terminal;

namespace QwenChat.Commands.Repl;

/// <summary>A way to go on with what was typed.</summary>
/// <param name="Text">What stands in the place of what was typed.</param>
/// <param name="Tip">What to know of it; empty when its text says all.</param>
internal sealed record Completion(string Text, string Tip = "");

/// <summary>All ways to go on with a text.</summary>
/// <param name="From">Where in the text what they replace begins; it ends at the cursor.</param>
/// <param name="All">The ways.</param>
internal sealed record Completions(int From, IReadOnlyList<Completion> All)
{
    /// <summary>There is none.</summary>
    public static readonly Completions None = new(0, []);

    /// <summary>What all of them begin with, in the first one's case.</summary>
    public string CommonBeginning
    {
        get
        {
            string common = All.Count == 0 ? "" : All[0].Text;
            foreach (var completion in All)
            {
                int same = 0;
                while (same < common.Length && same < completion.Text.Length
                    && char.ToUpperInvariant(common[same]) == char.ToUpperInvariant(completion.Text[same]))
                    same++;
                common = common[..same];
            }
            return common;
        }
    }
}

/// <summary>
/// What the Tab key does: it writes what is certain; when that is nothing more, it shows the ways to go on below the text and goes from
/// one to the next, Shift+Tab to the one before.
/// </summary>
/// <param name="find">Finds the ways to go on with a text, up to its cursor.</param>
internal sealed class InputCompletion(Func<string, Completions> find)
{
    private const int MostShown = 8;

    private Completions? _open;
    private int _at = -1;

    /// <summary>Takes a Tab. False when this is no text to be completed.</summary>
    public bool Take(EditText text, bool backwards)
    {
        if (_open is { } open)
        {
            _at = _at < 0 && backwards ? open.All.Count - 1 : (_at + (backwards ? open.All.Count - 1 : 1)) % open.All.Count;
            text.Replace(open.From, text.Cursor, open.All[_at].Text);
            return true;
        }
        var found = find(text.Text[..text.Cursor]);
        if (found.All.Count == 0)
            return false;
        string common = found.CommonBeginning;
        if (found.All.Count == 1 || common.Length > text.Cursor - found.From)
            text.Replace(found.From, text.Cursor, common);
        if (found.All.Count > 1)
            (_open, _at) = (found, -1);
        return true;
    }

    /// <summary>Another key was pressed: what was chosen stays, and the others are not shown any more.</summary>
    public void Close() => (_open, _at) = (null, -1);

    /// <summary>What is shown below the text: the ways to go on, the chosen one marked.</summary>
    public IEnumerable<string> Rows
    {
        get
        {
            if (_open is not { } open)
                yield break;
            int first = Math.Clamp(_at - MostShown / 2, 0, Math.Max(0, open.All.Count - MostShown));
            int width = open.All.Skip(first).Take(MostShown).Max(completion => CellWidth.Of(completion.Text));
            for (int i = first; i < Math.Min(first + MostShown, open.All.Count); i++)
            {
                var (shown, tip) = (SafeText.ShowLine(open.All[i].Text), SafeText.ShowLine(open.All[i].Tip));
                yield return (i == _at ? "> " : "  ") + shown + (tip.Length == 0 ? "" : new string(' ', Math.Max(0, width - CellWidth.Of(shown)) + 2) + tip);
            }
            if (open.All.Count > MostShown)
                yield return FormattableString.Invariant($"  … {open.All.Count} in all");
        }
    }
}
