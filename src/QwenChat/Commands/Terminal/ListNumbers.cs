namespace QwenChat.Commands.Terminal;

/// <summary>The numbers of the items of lists within lists. Only the first number of a list counts; the others follow it, whatever they say.</summary>
internal sealed class ListNumbers
{
    private readonly List<(int Indent, char Mark, int? Next)> _lists = [];

    /// <summary>Takes an item and returns its number; null for a bullet.</summary>
    /// <param name="indent">How far its marker is indented.</param>
    /// <param name="mark">What tells its list from another.</param>
    /// <param name="number">The number that it says.</param>
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

    /// <summary>Ends all lists.</summary>
    public void Clear() => _lists.Clear();
}
