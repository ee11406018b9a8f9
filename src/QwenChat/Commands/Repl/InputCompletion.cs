using QwenChat.Commands.Terminal;

namespace QwenChat.Commands.Repl;

/// <summary>A replacement for the typed text, and its description, which may be empty.</summary>
internal sealed record Completion(string Text, string Tip = "");

/// <summary>The completions of the text between the index <paramref name="From"/> and the cursor.</summary>
internal sealed record Completions(int From, IReadOnlyList<Completion> All)
{
    public static readonly Completions None = new(0, []);

    /// <summary>The common prefix, with the casing of the first completion.</summary>
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
/// Handles the Tab key. The first Tab inserts the common prefix and, if there are several completions, lists them below the text. While the list is shown,
/// Tab selects the next completion, and Shift+Tab selects the previous one.
/// </summary>
/// <param name="find">Finds the completions of the text before the cursor.</param>
internal sealed class InputCompletion(Func<string, Completions> find)
{
    private const int MostShown = 8;

    private Completions? _open;
    private int _at = -1;

    /// <summary>Handles Tab or, if <paramref name="backwards"/> is true, Shift+Tab. Returns false if the text cannot be completed.</summary>
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

    /// <summary>Hides the list when a key other than Tab is pressed. The selected completion stays in the text.</summary>
    public void Close() => (_open, _at) = (null, -1);

    /// <summary>The rows below the text: the completions, with the selected one marked.</summary>
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
                yield return FormattableString.Invariant($"  … {open.All.Count} in total");
        }
    }
}
