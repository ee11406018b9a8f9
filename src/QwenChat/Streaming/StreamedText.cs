using System.Text;

namespace QwenChat.Streaming;

/// <summary>
/// Text that is received in chunks. A chunk is normally an increment. Some servers instead send the whole text so far (a snapshot) in each chunk or in the last
/// chunk. The difference can be detected only from the chunks.
/// </summary>
/// <param name="proof">Shared by all text of one response, because a server sends snapshots either for all text of a response or for none.</param>
internal sealed class StreamedText(SnapshotProof proof)
{
    /// <summary>The number of leading characters that two chunks must share to be recognized as snapshots immediately.</summary>
    private const int SufficientPrefix = 16;

    /// <summary>
    /// The minimum number of leading characters that a corrected snapshot shares with the previous snapshot. A chunk that shares fewer characters is new text.
    /// </summary>
    private const int MinimumPrefix = 8;

    /// <summary>
    /// The minimum length of the first chunk for two chunks to be recognized as snapshots. Normal text often repeats shorter strings, as in "haha".
    /// </summary>
    private const int MinimumFirstLength = 4;

    private StringBuilder? _all;
    private string _text = "";
    private string _latest = "";
    private int _pieces;
    private int _growths;
    private bool _mayBeSnapshots = true;
    private bool _areAlike = true;
    private bool _areSnapshots;
    private int _firstLength;

    public int Length => AreSnapshots || AreTwoSnapshots ? _latest.Length : _all?.Length ?? _text.Length;

    public string Latest => _latest;

    /// <summary>Returns the text so far.</summary>
    public override string ToString() => AreSnapshots || AreTwoSnapshots ? _latest : Joined;

    private string Joined => _all?.ToString() ?? _text;

    /// <summary>
    /// True when the chunks were recognized as snapshots. Each chunk must continue the previous chunk; repetition alone ("ha", "ha") is not sufficient.
    /// </summary>
    private bool AreSnapshots => _areSnapshots || (proof.IsGiven && _mayBeSnapshots && _pieces > 1);

    /// <summary>
    /// True when there are exactly two chunks, and the second chunk repeats the first and continues it. White space where the chunks meet indicates a repeated
    /// word instead.
    /// </summary>
    private bool AreTwoSnapshots =>
        _mayBeSnapshots && _pieces == 2 && _growths == 1 && _firstLength >= MinimumFirstLength && !char.IsWhiteSpace(_latest[_firstLength - 1])
        && !char.IsWhiteSpace(_latest[0]);

    /// <summary>Adds a chunk.</summary>
    /// <param name="piece">The chunk; not empty.</param>
    /// <param name="isLast">True for a chunk that arrives together with the end of the response.</param>
    /// <param name="corrected">The text before this chunk if it differs from the text reported so far; otherwise null.</param>
    /// <returns>The new text in the chunk.</returns>
    public string Add(string piece, bool isLast, out string? corrected)
    {
        corrected = null;
        if (_pieces == 0)
        {
            _pieces = 1;
            _firstLength = piece.Length;
            return _text = _latest = piece;
        }
        bool wereSnapshots = AreSnapshots;
        string before = _latest;
        if (!wereSnapshots && !ProvesSnapshots(piece) && !RepeatsAll(piece, isLast))
        {
            _pieces++;
            _areAlike &= piece == before;
            _latest = piece;
            (_all ??= new StringBuilder(_text)).Append(piece);
            return piece;
        }
        _pieces++;
        if (!wereSnapshots)
        {
            corrected = _areSnapshots ? before : Joined;
            before = corrected;
        }
        return Replace(piece, before);
    }

    /// <summary>Adds the next snapshot. A chunk that has little in common with the previous chunk is treated as an increment.</summary>
    private string Replace(string piece, string before)
    {
        int common = CommonPrefix(piece, before);
        bool isIncrement = common < Math.Min(piece.Length, before.Length) && common * 2 < Math.Min(piece.Length, before.Length);
        _latest = isIncrement ? before + piece : piece;
        if (_areSnapshots || proof.IsGiven)
            (_areSnapshots, _all) = (true, null);
        else
            _all = new StringBuilder(_latest);
        _text = _latest;
        // Deltas that have been reported cannot be retracted, so a corrected snapshot changes only the reply.
        return isIncrement ? piece : piece.Length <= before.Length ? "" : piece[Math.Max(common, Math.Min(before.Length, piece.Length))..];
    }

    private bool ProvesSnapshots(string piece)
    {
        if (!_mayBeSnapshots)
            return false;
        // A snapshot may end in the middle of a character, which the next snapshot completes.
        var before = _latest.AsSpan().TrimEnd('\uFFFD');
        int common = CommonPrefix(piece, before);
        bool continues = common == before.Length && common > 0;
        if (!continues && (common < MinimumPrefix || common * 2 < before.Length))
        {
            _mayBeSnapshots = false;
            return false;
        }
        if (piece == _latest)
            return false;
        _growths++;
        _areSnapshots = _growths > 1 || common >= SufficientPrefix;
        if (_areSnapshots)
            proof.IsGiven = true;
        return _areSnapshots;
    }

    /// <summary>Returns whether a chunk repeats the whole text of the increments before it.</summary>
    private bool RepeatsAll(string piece, bool isLast)
    {
        int length = _all?.Length ?? _text.Length;
        if (_areAlike && (!isLast || length < SufficientPrefix || _pieces > 1))
            return false;
        if (isLast ? length == 0 : length < MinimumPrefix)
            return false;
        if (piece.Length >= length && (_all is null ? piece.StartsWith(_text, StringComparison.Ordinal) : _all.Equals(piece.AsSpan(0, length))))
            return true;
        // At the end, a server may correct its streamed text.
        if (!isLast || piece.Length * 2 < length)
            return false;
        int common = CommonPrefix(piece, Joined);
        return common >= SufficientPrefix && common * 2 >= length;
    }

    private static int CommonPrefix(ReadOnlySpan<char> a, ReadOnlySpan<char> b) => a.CommonPrefixLength(b);
}
