namespace QwenChat;

/// <summary>
/// The turns of one conversation: a place in a tree of shared turns. Adding a turn, or branching, copies nothing that was there
/// before: turns lie in blocks, a path is a block and a count, and the path that first grows past its count does so in place.
/// </summary>
internal readonly struct TurnPath
{
    private readonly Block? _block;

    private TurnPath(Block? block, int count)
    {
        _block = block;
        Count = count;
    }

    /// <summary>How many turns the path has.</summary>
    public int Count { get; }

    /// <summary>The last turn; null on an empty path.</summary>
    public QwenTurn? Last => Count == 0 ? null : this[Count - 1];

    /// <summary>The turn at a place counted from 0.</summary>
    public QwenTurn this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            var block = _block!;
            while (index < block.Start)
                block = block.Parent!;
            return block[index - block.Start];
        }
    }

    /// <summary>The path with one more turn.</summary>
    public TurnPath Append(QwenTurn turn)
    {
        if (_block is not null && _block.TryAdd(Count - _block.Start, turn))
            return new TurnPath(_block, Count + 1);
        var block = new Block(_block, Count);
        block.TryAdd(0, turn);
        return new TurnPath(block, Count + 1);
    }

    /// <summary>The path of the first <paramref name="count"/> turns.</summary>
    public TurnPath Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        var block = _block;
        while (block is not null && count <= block.Start)
            block = block.Parent;
        return new TurnPath(block, count);
    }

    /// <summary>The turns from a place on, in order. Allocates one array of blocks, however many turns there are.</summary>
    public IEnumerable<QwenTurn> From(int first)
    {
        foreach (var part in Parts(first))
        {
            for (int i = part.First; i < part.End; i++)
                yield return part.Block[i];
        }
    }

    /// <summary>The JSON of the items from a turn on, thinking left out and a comma before each, in the pieces it is kept in: <see cref="TurnMessages"/>.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Messages(int first)
    {
        foreach (var part in Parts(first))
        {
            foreach (var piece in part.IsWhole ? part.Block.Messages.Pieces : TurnMessages.PiecesOf(part.Items()))
                yield return piece;
        }
    }

    /// <summary>The bytes of <see cref="Messages"/>.</summary>
    public long MessagesLength(int first)
    {
        long length = 0;
        foreach (var part in Parts(first))
            length += part.IsWhole ? part.Block.Messages.Length : TurnMessages.LengthOf(part.Items());
        return length;
    }

    /// <summary>The path's blocks, the oldest first, each with the places of the turns in it that are the path's.</summary>
    private Part[] Parts(int first)
    {
        if (first >= Count)
            return [];
        int depth = 0;
        for (var block = _block; block is not null; block = block.Start <= first ? null : block.Parent)
            depth++;
        var parts = new Part[depth];
        int end = Count;
        for (var block = _block; depth > 0; block = block!.Parent)
        {
            parts[--depth] = new Part(block!, Math.Max(first - block!.Start, 0), end - block.Start);
            end = block.Start;
        }
        return parts;
    }

    /// <summary>The turns of a block from one place to before another.</summary>
    private readonly record struct Part(Block Block, int First, int End)
    {
        public bool IsWhole => End - First == Block.Capacity;

        public IEnumerable<QwenItem> Items()
        {
            for (int i = First; i < End; i++)
            {
                // By index: an enumerator for every turn would make the allocations grow with the history.
                var items = Block[i].Items;
                for (int item = 0; item < items.Count; item++)
                    yield return items[item];
            }
        }
    }

    /// <summary>A block of turns that several paths may share. Only its end grows; what was written stays.</summary>
    private sealed class Block(Block? parent, int start)
    {
        public const int Capacity = 256;

        private readonly object _gate = new();
        private QwenTurn[] _turns = new QwenTurn[4];
        private TurnMessages? _messages;
        private int _used;

        public Block? Parent { get; } = parent;

        public int Start { get; } = start;

        public QwenTurn this[int index] => Volatile.Read(ref _turns)[index];

        /// <summary>The messages of a full block, which does not change any more.</summary>
        public TurnMessages Messages => _messages ??= new TurnMessages(_turns.SelectMany(turn => turn.Items));

        /// <summary>Adds a turn behind the first <paramref name="at"/>, unless another path already grew there.</summary>
        public bool TryAdd(int at, QwenTurn turn)
        {
            lock (_gate)
            {
                if (at != _used || at == Capacity)
                    return false;
                if (at == _turns.Length)
                {
                    var grown = new QwenTurn[Math.Min(Capacity, at * 4)];
                    Array.Copy(_turns, grown, at);
                    Volatile.Write(ref _turns, grown);
                }
                _turns[at] = turn;
                _used++;
                return true;
            }
        }
    }
}
