namespace QwenChat.Commands.Repl;

/// <summary>What was said before, to be said again.</summary>
internal sealed class InputHistory
{
    private const int Most = 500;

    private readonly List<string> _said = [];
    private int _at;
    private string _draft = "";

    /// <summary>Notes what was said, and stands behind it.</summary>
    public void Add(string text)
    {
        if (text.Length > 0 && (_said.Count == 0 || _said[^1] != text))
            _said.Add(text);
        if (_said.Count > Most)
            _said.RemoveAt(0);
        Rewind();
    }

    /// <summary>Whether this very text was said.</summary>
    public bool Has(string text) => _said.Contains(text);

    /// <summary>Stands behind all of it: a new text begins.</summary>
    public void Rewind() => _at = _said.Count;

    /// <summary>What was said before the text shown now; null when nothing was.</summary>
    /// <param name="shown">The text shown now; of one that was not said yet nothing is lost.</param>
    public string? Earlier(string shown)
    {
        if (_at == 0)
            return null;
        if (_at == _said.Count)
            _draft = shown;
        return _said[--_at];
    }

    /// <summary>What was said after the text shown now, at last the one that was not said yet; null when that is shown.</summary>
    public string? Later()
    {
        if (_at >= _said.Count)
            return null;
        return ++_at == _said.Count ? _draft : _said[_at];
    }
}
