using System.Text.Json;

namespace QwenChat.Model;

/// <summary>
/// An item's JSON in parts: a frame, which is valid JSON itself, and the base64 data of files. The data is removed from the frame's strings, and shared by
/// all items that contain the same file.
/// </summary>
internal sealed class ItemBody
{
    /// <summary>The minimum length of a data URL whose base64 data is shared. Sharing shorter data would cost more than it saves.</summary>
    private const int LeastInlineBytes = 4096;

    /// <summary>The number of characters of a data URL that are searched for its comma.</summary>
    private const int LongestDataPrefix = 256;

    private readonly Hole[] _holes;

    private ItemBody(ReadOnlyMemory<byte> frame, Hole[] holes)
        : this(frame, holes, FindTemporaryAddresses(frame.Span))
    {
    }

    private ItemBody(ReadOnlyMemory<byte> frame, Hole[] holes, IReadOnlyList<string> temporaryAddresses)
    {
        Frame = frame;
        _holes = holes;
        TemporaryAddresses = temporaryAddresses;
    }

    /// <summary>The JSON without the files' base64 data.</summary>
    public ReadOnlyMemory<byte> Frame { get; }

    /// <summary>The length of the whole JSON, in bytes.</summary>
    public long Length => IsOnePiece ? Frame.Length : Frame.Length + _holes.Sum(hole => (long)hole.Data.Json.Length);

    /// <summary>The temporary-store URLs in the JSON (wire §6.4); usually none.</summary>
    public IReadOnlyList<string> TemporaryAddresses { get; }

    /// <summary>Splits a JSON object into frame and data. JSON without long base64 data in a media part is kept unchanged.</summary>
    public static ItemBody Of(ReadOnlyMemory<byte> json)
    {
        if (json.Length < LeastInlineBytes)
            return new ItemBody(json, []);
        var found = FindInlineData(json.Span);
        if (found.Count == 0)
            return new ItemBody(json, []);
        var frame = new byte[json.Length - found.Sum(range => range.Length)];
        var holes = new Hole[found.Count];
        int read = 0, written = 0;
        for (int i = 0; i < holes.Length; i++)
        {
            var (start, length) = found[i];
            json.Span[read..start].CopyTo(frame.AsSpan(written));
            written += start - read;
            read = start + length;
            holes[i] = new Hole(written, InlineData.Of(json.Span.Slice(start, length)));
        }
        json.Span[read..].CopyTo(frame.AsSpan(written));
        return new ItemBody(frame, holes);
    }

    /// <summary>Returns a body that uses an equal copy of the JSON. Must be called only if <see cref="IsOnePiece"/> is true.</summary>
    public ItemBody At(ReadOnlyMemory<byte> place) => new(place, _holes, TemporaryAddresses);

    /// <summary>Enumerates the whole JSON in pieces, without copying.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Pieces()
    {
        int at = 0;
        foreach (var hole in _holes)
        {
            yield return Frame[at..hole.Offset];
            yield return hole.Data.Json;
            at = hole.Offset;
        }
        yield return Frame[at..];
    }

    /// <summary>True if <see cref="Frame"/> is the whole JSON.</summary>
    public bool IsOnePiece => _holes.Length == 0;

    /// <summary>Returns the whole JSON in one piece. JSON with files is copied.</summary>
    public ReadOnlyMemory<byte> Whole()
    {
        if (IsOnePiece)
            return Frame;
        var whole = new byte[Length];
        int at = 0;
        foreach (var piece in Pieces())
        {
            piece.Span.CopyTo(whole.AsSpan(at));
            at += piece.Length;
        }
        return whole;
    }

    /// <summary>Returns the base64 data that was removed from the reader's current string; null if no data was removed.</summary>
    /// <param name="reader">A reader over <see cref="Frame"/>.</param>
    public InlineData? InlineAt(ref Utf8JsonReader reader)
    {
        long end = reader.BytesConsumed - 1; // before the closing quote
        foreach (var hole in _holes)
        {
            if (hole.Offset == end)
                return hole.Data;
        }
        return null;
    }

    /// <summary>Returns the same JSON with its temporary-store URLs replaced.</summary>
    public ItemBody Replace(IReadOnlyDictionary<string, string> addresses)
    {
        var frame = new MemoryStream(Frame.Length + 256);
        var holes = (Hole[])_holes.Clone();
        int read = 0, shift = 0, next = 0;
        var reader = new Utf8JsonReader(Frame.Span);
        while (reader.Read())
        {
            if (!IsTemporaryAddress(ref reader) || !addresses.TryGetValue(reader.GetString()!, out string? address))
                continue;
            int start = (int)reader.TokenStartIndex;
            ShiftHoles(before: start);
            frame.Write(Frame.Span[read..start]);
            frame.WriteByte((byte)'"');
            frame.Write(JsonEncodedText.Encode(address).EncodedUtf8Bytes);
            frame.WriteByte((byte)'"');
            read = (int)reader.BytesConsumed;
            shift = (int)frame.Length - read;
        }
        ShiftHoles(before: Frame.Length);
        frame.Write(Frame.Span[read..]);
        return new ItemBody(frame.ToArray(), holes);

        void ShiftHoles(int before)
        {
            for (; next < holes.Length && holes[next].Offset <= before; next++)
                holes[next] = holes[next] with { Offset = holes[next].Offset + shift };
        }
    }

    private static bool IsTemporaryAddress(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String && reader.ValueSpan.StartsWith("oss://"u8);

    private static string[] FindTemporaryAddresses(ReadOnlySpan<byte> frame)
    {
        if (frame.IndexOf("\"oss://"u8) < 0)
            return [];
        var addresses = new List<string>();
        var reader = new Utf8JsonReader(frame);
        while (reader.Read())
        {
            if (IsTemporaryAddress(ref reader))
                addresses.Add(reader.GetString()!);
        }
        return [.. addresses];
    }

    /// <summary>Finds base64 data in media parts. Text from users and models is never treated as a file, whatever it looks like.</summary>
    private static List<(int Start, int Length)> FindInlineData(ReadOnlySpan<byte> json)
    {
        var found = new List<(int, int)>();
        bool inMedia = false;
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
                inMedia = ItemJson.IsMedia(ref reader);
            else if (inMedia && reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length >= LeastInlineBytes
                && Base64Start(reader.ValueSpan) is { } start)
                found.Add(((int)reader.TokenStartIndex + 1 + start, reader.ValueSpan.Length - start));
        }
        return found;
    }

    private static int? Base64Start(ReadOnlySpan<byte> value)
    {
        int comma = value[..LongestDataPrefix].IndexOf((byte)',');
        return value.StartsWith("data:"u8) && comma > 0 ? comma + 1 : null;
    }

    private readonly record struct Hole(int Offset, InlineData Data);
}
