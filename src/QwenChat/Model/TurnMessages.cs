namespace QwenChat.Model;

/// <summary>
/// The JSON of a block of turns as requests contain it, without thinking. Most items are in one byte array, each preceded by a comma, because traversing
/// the objects of a long history would take longer than sending the bytes. Each item uses its slice of the array. When the array is replaced by a larger
/// array, readers can still use the old array.
/// </summary>
internal sealed class TurnMessages
{
    /// <summary>The maximum size of an item to copy into the array. A larger item stays in its own array, because copying it would gain nothing.</summary>
    private const int LargestCopied = 32 * 1024;

    /// <summary>The maximum size of the array; later items stay in their own arrays.</summary>
    private const int LargestArray = 64 * 1024 * 1024;

    private readonly object _gate = new();
    private readonly List<int> _ends = [];
    private readonly List<Apart> _apart = [];
    private byte[] _bytes = [];
    private int _used;

    /// <summary>Adds the pieces of a range of turns.</summary>
    /// <param name="pieces">The list to add to.</param>
    /// <param name="turns">The block's turns.</param>
    /// <param name="first">The index of the first turn to add.</param>
    /// <param name="end">The index after the last turn.</param>
    /// <returns>The total length of the pieces.</returns>
    public long AddTo(List<ReadOnlyMemory<byte>> pieces, QwenTurn[] turns, int first, int end)
    {
        lock (_gate)
        {
            if (_ends.Count < end)
                TakeIn(turns, end, isWhole: end == TurnPath.BlockCapacity);
            long length = 0;
            int at = first == 0 ? 0 : _ends[first - 1];
            foreach (var apart in _apart)
            {
                if (apart.Turn < first || apart.Turn >= end)
                    continue;
                AddPiece(_bytes.AsMemory(at, apart.At - at));
                length += AddTo(pieces, apart.Item);
                at = apart.At;
            }
            AddPiece(_bytes.AsMemory(at, _ends[end - 1] - at));
            return length;

            void AddPiece(ReadOnlyMemory<byte> piece)
            {
                if (!piece.IsEmpty)
                    pieces.Add(piece);
                length += piece.Length;
            }
        }
    }

    /// <summary>Adds the pieces of items that do not belong to a turn yet, and returns their total length.</summary>
    public static long AddTo(List<ReadOnlyMemory<byte>> pieces, IEnumerable<QwenItem> items)
    {
        long length = 0;
        foreach (var item in items)
            length += item.IsAlwaysSent ? AddTo(pieces, item) : 0;
        return length;
    }

    private static long AddTo(List<ReadOnlyMemory<byte>> pieces, QwenItem item)
    {
        pieces.Add(Comma);
        if (item.IsOnePiece)
            pieces.Add(item.Json);
        else
            pieces.AddRange(item.Pieces);
        return Comma.Length + item.JsonLength;
    }

    public static ReadOnlyMemory<byte> Comma { get; } = new[] { (byte)',' };

    private void TakeIn(QwenTurn[] turns, int end, bool isWhole)
    {
        int known = _ends.Count;
        long needed = _used;
        for (int turn = known; turn < end; turn++)
            needed += turns[turn].Items.Sum(item => IsSmall(item) ? Comma.Length + item.JsonLength : 0);
        int size = (int)Math.Min(needed, LargestArray);
        // With spare room, a growing block is not copied with every turn. A full block needs no spare room.
        if (size > _bytes.Length || (isWhole && size < _bytes.Length))
            MoveTo(new byte[isWhole || known == 0 ? size : Math.Max(size, Math.Min(size + size / 2, LargestArray))], turns);
        for (int turn = known; turn < end; turn++)
        {
            var items = turns[turn].Items;
            for (int i = 0; i < items.Count; i++)
                TakeIn(items[i], turn);
            _ends.Add(_used);
        }
    }

    private void TakeIn(QwenItem item, int turn)
    {
        if (!item.IsAlwaysSent)
            return;
        int length = Comma.Length + (int)item.JsonLength;
        if (!IsSmall(item) || _used + length > _bytes.Length)
        {
            _apart.Add(new Apart(turn, _used, item));
            return;
        }
        _bytes[_used] = (byte)',';
        var place = _bytes.AsMemory(_used + Comma.Length, length - Comma.Length);
        item.Json.CopyTo(place);
        item.MoveTo(place);
        _used += length;
    }

    private void MoveTo(byte[] bytes, QwenTurn[] turns)
    {
        _bytes.AsSpan(0, _used).CopyTo(bytes);
        _bytes = bytes;
        int at = 0, apart = 0;
        for (int turn = 0; turn < _ends.Count; turn++)
        {
            var items = turns[turn].Items;
            for (int i = 0; i < items.Count; i++)
            {
                var item = items[i];
                if (!item.IsAlwaysSent)
                    continue;
                if (apart < _apart.Count && _apart[apart].Item == item)
                {
                    apart++;
                    continue;
                }
                int length = (int)item.JsonLength;
                item.MoveTo(bytes.AsMemory(at + Comma.Length, length));
                at += Comma.Length + length;
            }
        }
    }

    private static bool IsSmall(QwenItem item) => item.IsAlwaysSent && item.IsOnePiece && item.JsonLength <= LargestCopied;

    /// <summary>An item outside the array.</summary>
    /// <param name="Turn">The index of the turn that contains the item.</param>
    /// <param name="At">The offset in the array at which the item would be.</param>
    /// <param name="Item">The item.</param>
    private readonly record struct Apart(int Turn, int At, QwenItem Item);
}
