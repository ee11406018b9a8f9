using System.Buffers.Binary;

namespace QwenChat.Streaming;

/// <summary>
/// Writes audio to a WAV file as the audio is received. The service sends raw samples: 24 kHz, 16 bit, mono (wire §6.5). If the audio begins with a
/// WAV header, the file has the format of that header. Until the file is completed, its header specifies zero samples.
/// </summary>
internal sealed class WavFile
{
    private const int SampleRate = 24_000;
    private const int BytesPerSample = 2;
    private const int LongestHeader = 64 * 1024;

    private readonly Stream _file;
    private readonly AudioPieces _pieces = new();
    private byte[]? _start = [];
    private long _dataStart;
    private int _blockSize;

    /// <param name="file">A seekable stream, owned by the caller.</param>
    public WavFile(Stream file) => _file = file;

    public static byte[]? Join(IReadOnlyList<string> pieces)
    {
        if (pieces.Count == 0)
            return null;
        using var memory = new MemoryStream(44 + pieces.Sum(piece => piece.Length / 4 * 3));
        var wav = new WavFile(memory);
        foreach (string piece in pieces)
            wav.Add(piece);
        wav.Complete();
        return memory.ToArray();
    }

    /// <summary>Adds a chunk of base64.</summary>
    public void Add(string piece) => Write(_pieces.Decode(piece));

    /// <summary>Completes the file: writes the length to the header.</summary>
    /// <exception cref="QwenException">The last chunk of base64 was incomplete.</exception>
    public void Complete()
    {
        Write(_pieces.End());
        if (_start is not null)
            Begin(new Format(SampleRate), _start);
        long data = _file.Length - _dataStart;
        data -= data % _blockSize; // the stream may end within a sample
        _file.SetLength(_dataStart + data);
        if (data % 2 != 0)
        {
            _file.Position = _file.Length;
            _file.WriteByte(0); // RIFF chunks are padded to an even length
        }
        WriteLength(_dataStart - 4, data);
        WriteLength(4, _file.Length - 8);
        _file.Position = _file.Length;
    }

    private void Write(byte[] bytes)
    {
        if (_start is null)
        {
            _file.Write(bytes);
            return;
        }
        _start = [.. _start, .. bytes];
        if (_start.Length < 12)
            return;
        bool isWav = _start.AsSpan().StartsWith("RIFF"u8) && _start.AsSpan(8).StartsWith("WAVE"u8);
        if (!isWav)
            Begin(new Format(SampleRate), _start);
        else if (FindSamples(_start) is var (format, at))
            Begin(format, _start[at..]);
        else if (_start.Length > LongestHeader)
            throw QwenException.OfContent("The audio reply is a WAV file without samples. Send the message again, or request a reply without audio.");
    }

    private void Begin(Format format, byte[] samples)
    {
        _start = null;
        _blockSize = Math.Max(1, (int)format.BlockSize);
        var header = new byte[28 + format.Chunk.Length];
        "RIFF\0\0\0\0WAVEfmt "u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), format.Chunk.Length);
        format.Chunk.CopyTo(header, 20);
        "data"u8.CopyTo(header.AsSpan(20 + format.Chunk.Length));
        _file.Write(header);
        _dataStart = _file.Length;
        _file.Write(samples);
    }

    /// <summary>
    /// Returns the format and the position of the samples; null if the header has not been received completely. Lengths in the header are ignored, because they
    /// are not known when a file is streamed.
    /// </summary>
    private static (Format Format, int SamplesAt)? FindSamples(ReadOnlySpan<byte> wav)
    {
        Format? format = null;
        for (int at = 12; at + 8 <= wav.Length;)
        {
            var chunk = wav[at..];
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk.StartsWith("data"u8))
                return (format ?? new Format(SampleRate), at + 8);
            if (length > LongestHeader)
                return null;
            if (chunk.StartsWith("fmt "u8))
            {
                if (chunk.Length < 8 + length || length < 16)
                    return null;
                format = new Format(chunk.Slice(8, (int)(length + length % 2)).ToArray());
            }
            at += 8 + (int)(length + length % 2);
        }
        return null;
    }

    private void WriteLength(long at, long length)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)Math.Min(length, uint.MaxValue));
        _file.Position = at;
        _file.Write(bytes);
    }

    /// <summary>The <c>fmt </c> chunk of a WAV file.</summary>
    private sealed record Format(byte[] Chunk)
    {
        public Format(int sampleRate) : this(new byte[16])
        {
            BinaryPrimitives.WriteInt16LittleEndian(Chunk, 1); // PCM
            BinaryPrimitives.WriteInt16LittleEndian(Chunk.AsSpan(2), 1); // mono
            BinaryPrimitives.WriteInt32LittleEndian(Chunk.AsSpan(4), sampleRate);
            BinaryPrimitives.WriteInt32LittleEndian(Chunk.AsSpan(8), sampleRate * BytesPerSample);
            BinaryPrimitives.WriteInt16LittleEndian(Chunk.AsSpan(12), BytesPerSample);
            BinaryPrimitives.WriteInt16LittleEndian(Chunk.AsSpan(14), 8 * BytesPerSample);
        }

        public ushort BlockSize => BinaryPrimitives.ReadUInt16LittleEndian(Chunk.AsSpan(12));
    }
}
