using System.Buffers.Binary;
using System.Text;
using QwenChat.Streaming;
using Xunit;

namespace QwenChat.Tests.Streaming;

public class WavFileTests
{
    private static readonly byte[] s_samples = Enumerable.Range(0, 4801 * 2).Select(i => (byte)(i * 7)).ToArray();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(4096)]
    public void Chunks_may_be_split_anywhere(int size)
    {
        byte[] wav = WavFile.Join(Cut(Convert.ToBase64String(s_samples), size))!;
        Assert.Equal(s_samples, wav[44..]);
        AssertHeader(wav, 24_000, s_samples.Length);
    }

    [Fact]
    public void Each_chunk_may_be_padded() =>
        Assert.Equal(s_samples, WavFile.Join(s_samples.Chunk(100).Select(Convert.ToBase64String).ToArray())![44..]);

    [Fact]
    public void A_WAV_file_in_chunks_is_rejoined()
    {
        byte[] whole = WavFile.Join([Convert.ToBase64String(s_samples)])!;
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(24), 16_000);
        whole.AsSpan(40, 4).Fill(0xFF); // In a stream, the header does not contain the length of the audio.
        byte[] wav = WavFile.Join(Cut(Convert.ToBase64String(whole), 10))!;
        Assert.Equal(s_samples, wav[44..]);
        AssertHeader(wav, 16_000, s_samples.Length);
    }

    [Fact]
    public void Half_a_sample_at_the_end_is_omitted() =>
        AssertHeader(WavFile.Join([Convert.ToBase64String(s_samples[..101])])!, 24_000, 100);

    [Fact]
    public void Audio_shorter_than_a_WAV_header_is_kept() =>
        AssertHeader(WavFile.Join([Convert.ToBase64String(s_samples[..4])])!, 24_000, 4);

    [Fact]
    public void Without_chunks_there_is_no_audio() => Assert.Null(WavFile.Join([]));

    [Theory]
    [InlineData("AAAA", "not base64!")]
    [InlineData("AAAA", "é")]
    [InlineData("AAAA", "A")]
    [InlineData("AAAA", "=AAA")]
    public void Invalid_base64_is_reported(string first, string second)
    {
        var failure = Assert.Throws<QwenException>(() => WavFile.Join([first, second]));
        Assert.Equal(QwenErrorKind.ProtocolError, failure.Kind);
        Assert.Contains("Chunk 2", failure.Message, StringComparison.Ordinal);
    }

    private static void AssertHeader(byte[] wav, int rate, int samples)
    {
        Assert.Equal("RIFF", Encoding.ASCII.GetString(wav, 0, 4));
        Assert.Equal(wav.Length - 8, BinaryPrimitives.ReadInt32LittleEndian(wav.AsSpan(4)));
        Assert.Equal("WAVEfmt ", Encoding.ASCII.GetString(wav, 8, 8));
        Assert.Equal([1, 0, 1, 0], wav[20..24]);
        Assert.Equal(rate, BinaryPrimitives.ReadInt32LittleEndian(wav.AsSpan(24)));
        Assert.Equal("data", Encoding.ASCII.GetString(wav, 36, 4));
        Assert.Equal(samples, BinaryPrimitives.ReadInt32LittleEndian(wav.AsSpan(40)));
    }

    private static string[] Cut(string text, int size) => text.Chunk(size).Select(chunk => new string(chunk)).ToArray();
}
