namespace QwenChat.Commands.Repl;

/// <summary>The sent messages, which can be recalled at the prompt.</summary>
internal sealed class InputHistory
{
    private const int Most = 500;

    private readonly List<string> _said = [];
    private int _at;
    private string _draft = "";

    /// <summary>Adds a message, and moves to the end of the history.</summary>
    public void Add(string text)
    {
        if (text.Length > 0 && (_said.Count == 0 || _said[^1] != text))
            _said.Add(text);
        if (_said.Count > Most)
            _said.RemoveAt(0);
        Rewind();
    }

    public bool Has(string text) => _said.Contains(text);

    /// <summary>Moves to the end of the history, where new text is typed.</summary>
    public void Rewind() => _at = _said.Count;

    /// <summary>Returns the message before the displayed text; null if there is no earlier message.</summary>
    /// <param name="shown">The displayed text, which is kept if it has not been sent.</param>
    public string? Earlier(string shown)
    {
        if (_at == 0)
            return null;
        if (_at == _said.Count)
            _draft = shown;
        return _said[--_at];
    }

    /// <summary>Returns the message after the displayed one or, after the last message, the unsent text; null if the unsent text is displayed.</summary>
    public string? Later()
    {
        if (_at >= _said.Count)
            return null;
        return ++_at == _said.Count ? _draft : _said[_at];
    }
}
