using System.Text;
using QwenChat.Media;
using Xunit;

namespace QwenChat.Tests.Media;

public class MediaTypeTests
{
    // These file headers follow the specifications. Bytes are hexadecimal, and text follows an apostrophe.
    [Theory]
    [InlineData("image/png", "89", "'PNG", "0D0A1A0A")]
    [InlineData("image/jpeg", "FFD8FFE0", "0010", "'JFIF", "00")]
    [InlineData("image/gif", "'GIF89a", "01000100")]
    [InlineData("image/bmp", "'BM", "46000000", "00000000", "36000000", "28000000")]
    [InlineData("image/tiff", "'II", "2A000800")]
    [InlineData("image/tiff", "'MM", "002A0000")]
    [InlineData("image/webp", "'RIFF", "00100000", "'WEBPVP8 ")]
    [InlineData("image/heic", "00000018", "'ftypheic", "00000000")]
    [InlineData("image/avif", "0000001C", "'ftypavif", "00000000")]
    [InlineData("image/x-icon", "00000100", "0100", "10100000", "01002000", "68040000", "16000000")]
    [InlineData("audio/wav", "'RIFF", "FFFFFFFF", "'WAVEfmt ")]
    [InlineData("audio/mpeg", "'ID3", "0400")]
    [InlineData("audio/mpeg", "FFFB9064")]
    [InlineData("audio/aac", "FFF15080")]
    [InlineData("audio/flac", "'fLaC")]
    [InlineData("audio/ogg", "'OggS", "0002", "000000000000000000000000000000000000000000000000", "'OpusHead")]
    [InlineData("audio/amr", "'#!AMR", "0A")]
    [InlineData("audio/mp4", "00000020", "'ftypM4A ", "00000000")]
    [InlineData("audio/aiff", "'FORM", "00001000", "'AIFFCOMM")]
    [InlineData("video/mp4", "00000020", "'ftypisom", "00000200")]
    [InlineData("video/quicktime", "00000014", "'ftypqt  ", "00000000")]
    [InlineData("video/3gpp", "00000014", "'ftyp3gp4", "00000000")]
    [InlineData("video/x-msvideo", "'RIFF", "00100000", "'AVI LIST")]
    [InlineData("video/webm", "1A45DFA3", "9F4286810142F7810142F2810442F381084282", "84", "'webm")]
    [InlineData("video/x-matroska", "1A45DFA3", "A34286810142F7810142F2810442F381084282", "88", "'matroska")]
    [InlineData("video/x-flv", "'FLV", "0105")]
    [InlineData("video/x-ms-wmv", "3026B2758E66CF11")]
    [InlineData("video/mpeg", "000001BA")]
    [InlineData("application/pdf", "'%PDF-1.7")]
    [InlineData("application/pdf", "'some bytes of a mailer %PDF-1.4")]
    [InlineData("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "'PK", "0304", "'[Content_Types].xml word/document.xml")]
    [InlineData("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "'PK", "0304", "'xl/workbook.xml")]
    [InlineData("application/vnd.openxmlformats-officedocument.presentationml.presentation", "'PK", "0304", "'ppt/slides")]
    [InlineData("application/zip", "'PK", "0304", "'readme")]
    [InlineData("text/plain", "'BMW builds cars, and has done so for long.")]
    [InlineData("text/plain", "EFBBBF", "'Ein Satz mit ", "C3A4")]
    [InlineData("text/plain", "'A cut ", "E282")]
    [InlineData("text/plain", "FFFE", "48006900")]
    [InlineData("application/octet-stream", "000102030405")]
    [InlineData("application/octet-stream", "'text", "C3", "'text")]
    public void The_first_bytes_determine_the_type(string mime, params string[] head) =>
        Assert.Equal(mime, MediaType.Sniff(head.SelectMany(Bytes).ToArray()).Mime);

    [Fact]
    public void A_transport_stream_is_recognized_by_its_repeated_sync_byte()
    {
        var head = new byte[400];
        head[0] = head[188] = head[376] = 0x47;
        Assert.Equal(MediaType.TransportStream, MediaType.Sniff(head));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(11)]
    [InlineData(400)]
    public void Any_file_header_is_read_without_an_exception(int length)
    {
        var random = new Random(length);
        var head = new byte[length];
        for (int i = 0; i < 500; i++)
        {
            random.NextBytes(head);
            Assert.NotNull(MediaType.Sniff(head));
        }
    }

    private static IEnumerable<byte> Bytes(string part) =>
        part.StartsWith('\'') ? Encoding.ASCII.GetBytes(part[1..]) : Convert.FromHexString(part);
}
