namespace QwenChat.Commands.Terminal;

/// <summary>
/// Numbers the items of lists, including nested lists. Each list starts with the number of its first item; the text's numbers for later items are ignored.
/// </summary>
internal sealed class ListNumbers
{
    private readonly List<(int Indent, char Mark, int? Next)> _lists = [];

    /// <summary>Handles an item and returns its number; null for a bullet.</summary>
    /// <param name="indent">The indentation of the item's marker.</param>
    /// <param name="mark">The marker character. A different character begins a new list.</param>
    /// <param name="number">The number in the text.</param>
    public int? Take(int indent, char mark, int? number)
    {
        while (_lists is [.., var last] && (last.Indent > indent || last.Indent == indent && last.Mark != mark))
            _lists.RemoveAt(_lists.Count - 1);
        if (_lists is [.., var same] && same.Indent == indent)
            number = same.Next;
        else
            _lists.Add((indent, mark, number));
        _lists[^1] = (indent, mark, number + 1);
        return number;
    }

    public void Clear() => _lists.Clear();
}
