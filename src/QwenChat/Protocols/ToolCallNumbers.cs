namespace QwenChat.Protocols;

/// <summary>
/// Numbers the calls of one answer. The service gives each its <c>index</c>; other servers leave it out, or give several calls the
/// same one and tell them apart by id.
/// </summary>
internal sealed class ToolCallNumbers
{
    private readonly List<(long? Index, string? Id)> _calls = [];

    /// <summary>The number of the call that a piece belongs to.</summary>
    public int Of(in ToolCallPiece piece)
    {
        string? id = string.IsNullOrEmpty(piece.Id) ? null : piece.Id;
        for (int i = _calls.Count - 1; i >= 0; i--)
        {
            var call = _calls[i];
            if (piece.Index is not null && call.Index is not null && piece.Index != call.Index)
                continue;
            if (id is not null && call.Id is not null && id != call.Id)
                continue;
            _calls[i] = (call.Index ?? piece.Index, call.Id ?? id);
            return i;
        }
        _calls.Add((piece.Index, id));
        return _calls.Count - 1;
    }
}
