namespace QwenChat;

/// <summary>
/// The JSON of turns' items as a request carries it that sends no thinking: a comma before each item, in the pieces that it is kept in.
/// To go through all the objects of a long history costs more than to send its bytes, so this is put down once for many turns.
/// </summary>
internal sealed class TurnMessages
{
    public TurnMessages(IEnumerable<QwenItem> items)
    {
        Pieces = PiecesOf(items).ToArray();
        foreach (var piece in Pieces)
            Length += piece.Length;
    }

    /// <summary>The pieces, in order.</summary>
    public ReadOnlyMemory<byte>[] Pieces { get; }

    /// <summary>The bytes of all pieces.</summary>
    public long Length { get; }

    /// <summary>Stands before an item.</summary>
    public static ReadOnlyMemory<byte> Comma { get; } = new[] { (byte)',' };

    /// <summary>The pieces of some items.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> PiecesOf(IEnumerable<QwenItem> items)
    {
        foreach (var item in items)
        {
            if (item.Type == "reasoning")
                continue;
            yield return Comma;
            if (item.IsOnePiece)
            {
                yield return item.Json;
                continue;
            }
            foreach (var piece in item.Pieces)
                yield return piece;
        }
    }

    /// <summary>The bytes of the pieces of some items.</summary>
    public static long LengthOf(IEnumerable<QwenItem> items)
    {
        long length = 0;
        foreach (var item in items)
            length += item.Type == "reasoning" ? 0 : Comma.Length + item.JsonLength;
        return length;
    }
}
