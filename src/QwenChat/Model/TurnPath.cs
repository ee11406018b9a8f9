namespace QwenChat.Model;

/// <summary>
/// The turns of one conversation: a position in a tree of shared turns. A path consists of a block of turns and a number of turns, so adding a turn or
/// branching does not copy existing turns. The first path that adds a turn at the end of a block extends the block; other paths start a new block.
/// </summary>
internal readonly struct TurnPath
{
    internal const int BlockCapacity = 256;

    private readonly Block? _block;

    private TurnPath(Block? block, int count)
    {
        _block = block;
        Count = count;
    }

    public int Count { get; }

    public QwenTurn? Last => Count == 0 ? null : this[Count - 1];

    /// <summary>The service state of the newest turn that has one; null if no turn has one.</summary>
    public ServerState? LastServer
    {
        get
        {
            for (int i = Count - 1; i >= 0; i--)
            {
                if (this[i].Server is { } server)
                    return server;
            }
            return null;
        }
    }

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

    public TurnPath Append(QwenTurn turn)
    {
        if (_block is not null && _block.TryAdd(Count - _block.Start, turn))
            return new TurnPath(_block, Count + 1);
        var block = new Block(_block, Count);
        block.TryAdd(0, turn);
        return new TurnPath(block, Count + 1);
    }

    public TurnPath Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        var block = _block;
        while (block is not null && count <= block.Start)
            block = block.Parent;
        return new TurnPath(block, count);
    }

    /// <summary>Enumerates the turns from an index on, in order. Allocates only one array, with an element for each block.</summary>
    public IEnumerable<QwenTurn> From(int first)
    {
        foreach (var part in Parts(first))
        {
            for (int i = part.First; i < part.End; i++)
                yield return part.Block[i];
        }
    }

    /// <summary>
    /// Adds the JSON of the items from a turn on, without thinking and with a comma before each item. The JSON consists of few pieces
    /// (<see cref="TurnMessages"/>).
    /// </summary>
    /// <returns>The total length of the pieces.</returns>
    public long AddMessages(List<ReadOnlyMemory<byte>> pieces, int first)
    {
        long length = 0;
        foreach (var part in Parts(first))
            length += part.Block.AddMessages(pieces, part.First, part.End);
        return length;
    }

    /// <summary>Returns whether any turn from an index on may refer to the temporary store. False positives are possible.</summary>
    public bool MayReferToStore(int first) => Any(first, static block => block.RefersToStore);

    /// <summary>Returns whether items of any turn from an index on may need a different format in requests. False positives are possible.</summary>
    public bool MayBeOdd(int first) => Any(first, static block => block.MayBeOdd);

    /// <summary>Returns whether any turn from an index on may contain media. False positives are possible.</summary>
    public bool HasMedia(int first) => Any(first, static block => block.HasMedia);

    private bool Any(int first, Func<Block, bool> holds)
    {
        for (var block = first < Count ? _block : null; block is not null; block = block.Start <= first ? null : block.Parent)
        {
            if (holds(block))
                return true;
        }
        return false;
    }

    /// <summary>Returns the path's blocks, oldest first, each with the range of turns that belong to the path.</summary>
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

    /// <summary>The turns of a block from one index up to, but not including, another.</summary>
    private readonly record struct Part(Block Block, int First, int End);

    /// <summary>A block of turns that several paths may share. It is append-only: existing turns are not changed.</summary>
    private sealed class Block(Block? parent, int start)
    {
        private readonly object _gate = new();
        private QwenTurn[] _turns = new QwenTurn[4];
        private TurnMessages? _messages;
        private int _used;

        public Block? Parent { get; } = parent;

        public int Start { get; } = start;

        public QwenTurn this[int index] => Volatile.Read(ref _turns)[index];

        public bool RefersToStore { get; private set; }

        public bool MayBeOdd { get; private set; }

        public bool HasMedia { get; private set; }

        public long AddMessages(List<ReadOnlyMemory<byte>> pieces, int first, int end)
        {
            lock (_gate)
                _messages ??= new TurnMessages();
            return _messages.AddTo(pieces, Volatile.Read(ref _turns), first, end);
        }

        /// <summary>Adds a turn after the first <paramref name="at"/> turns. Returns false if the block is full or already has a turn there.</summary>
        public bool TryAdd(int at, QwenTurn turn)
        {
            lock (_gate)
            {
                if (at != _used || at == BlockCapacity)
                    return false;
                if (at == _turns.Length)
                {
                    var grown = new QwenTurn[Math.Min(BlockCapacity, at * 4)];
                    Array.Copy(_turns, grown, at);
                    Volatile.Write(ref _turns, grown);
                }
                _turns[at] = turn;
                _used++;
                RefersToStore |= turn.RefersToStore;
                MayBeOdd |= turn.MayBeOdd;
                HasMedia |= turn.HasMedia;
                return true;
            }
        }
    }
}
