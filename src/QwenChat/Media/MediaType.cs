using System.Text.Unicode;

namespace QwenChat.Media;

/// <summary>
/// The type of a file, detected from its first bytes. The file name is ignored, because a file may have been renamed, and the service also examines
/// the bytes.
/// </summary>
/// <param name="Kind">The kind of media that a model would receive: one of <see cref="MediaKind"/>.</param>
/// <param name="Mime">The MIME type.</param>
/// <param name="Name">The format's name with its article, for error messages.</param>
/// <param name="Extension">The usual extension, including the dot.</param>
internal sealed record MediaType(string Kind, string Mime, string Name, string Extension)
{
    /// <summary>The maximum number of bytes that <see cref="Sniff"/> needs.</summary>
    public const int HeadBytes = 16 * 1024;

    public static readonly MediaType Png = new(MediaKind.Image, "image/png", "a PNG image", ".png");
    public static readonly MediaType Jpeg = new(MediaKind.Image, "image/jpeg", "a JPEG image", ".jpg");
    public static readonly MediaType Gif = new(MediaKind.Image, "image/gif", "a GIF image", ".gif");
    public static readonly MediaType Bmp = new(MediaKind.Image, "image/bmp", "a BMP image", ".bmp");
    public static readonly MediaType Tiff = new(MediaKind.Image, "image/tiff", "a TIFF image", ".tiff");
    public static readonly MediaType WebP = new(MediaKind.Image, "image/webp", "a WebP image", ".webp");
    public static readonly MediaType Heic = new(MediaKind.Image, "image/heic", "a HEIC image", ".heic");
    public static readonly MediaType Avif = new(MediaKind.Image, "image/avif", "an AVIF image", ".avif");
    public static readonly MediaType Icon = new(MediaKind.Image, "image/x-icon", "an icon", ".ico");
    public static readonly MediaType Wav = new(MediaKind.Audio, "audio/wav", "a WAV audio file", ".wav");
    public static readonly MediaType Mp3 = new(MediaKind.Audio, "audio/mpeg", "an MP3 audio file", ".mp3");
    public static readonly MediaType Aac = new(MediaKind.Audio, "audio/aac", "an AAC audio file", ".aac");
    public static readonly MediaType Flac = new(MediaKind.Audio, "audio/flac", "a FLAC audio file", ".flac");
    public static readonly MediaType Ogg = new(MediaKind.Audio, "audio/ogg", "an Ogg audio file", ".ogg");
    public static readonly MediaType Amr = new(MediaKind.Audio, "audio/amr", "an AMR audio file", ".amr");
    public static readonly MediaType M4a = new(MediaKind.Audio, "audio/mp4", "an M4A audio file", ".m4a");
    public static readonly MediaType Aiff = new(MediaKind.Audio, "audio/aiff", "an AIFF audio file", ".aiff");
    public static readonly MediaType Mp4 = new(MediaKind.Video, "video/mp4", "an MP4 video", ".mp4");
    public static readonly MediaType Mov = new(MediaKind.Video, "video/quicktime", "a QuickTime video", ".mov");
    public static readonly MediaType ThreeGp = new(MediaKind.Video, "video/3gpp", "a 3GP video", ".3gp");
    public static readonly MediaType Avi = new(MediaKind.Video, "video/x-msvideo", "an AVI video", ".avi");
    public static readonly MediaType Mkv = new(MediaKind.Video, "video/x-matroska", "a Matroska video", ".mkv");
    public static readonly MediaType WebM = new(MediaKind.Video, "video/webm", "a WebM video", ".webm");
    public static readonly MediaType Flv = new(MediaKind.Video, "video/x-flv", "a Flash video", ".flv");
    public static readonly MediaType Wmv = new(MediaKind.Video, "video/x-ms-wmv", "a Windows Media file", ".wmv");
    public static readonly MediaType Mpeg = new(MediaKind.Video, "video/mpeg", "an MPEG video", ".mpg");
    public static readonly MediaType TransportStream = new(MediaKind.Video, "video/mp2t", "an MPEG transport stream", ".ts");
    public static readonly MediaType OgV = new(MediaKind.Video, "video/ogg", "an Ogg video", ".ogv");
    public static readonly MediaType Pdf = new(MediaKind.File, "application/pdf", "a PDF document", ".pdf");
    public static readonly MediaType Docx =
        new(MediaKind.File, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "a Word document", ".docx");
    public static readonly MediaType Xlsx =
        new(MediaKind.File, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "an Excel workbook", ".xlsx");
    public static readonly MediaType Pptx =
        new(MediaKind.File, "application/vnd.openxmlformats-officedocument.presentationml.presentation", "a PowerPoint presentation", ".pptx");
    public static readonly MediaType Epub = new(MediaKind.File, "application/epub+zip", "an EPUB book", ".epub");
    public static readonly MediaType Zip = new(MediaKind.File, "application/zip", "a ZIP archive", ".zip");
    public static readonly MediaType Text = new(MediaKind.Text, "text/plain", "a text file", ".txt");
    public static readonly MediaType Unknown = new(MediaKind.File, "application/octet-stream", "a file of an unknown type", ".bin");

    /// <summary>Detects the type of a file from its first bytes; returns <see cref="Unknown"/> if the bytes are not recognized.</summary>
    /// <param name="head">The first bytes, up to <see cref="HeadBytes"/>.</param>
    public static MediaType Sniff(ReadOnlySpan<byte> head) =>
        SniffImage(head) ?? SniffContainer(head) ?? SniffAudioOrVideo(head) ?? SniffDocument(head) ?? (IsText(head) ? Text : Unknown);

    private static MediaType? SniffImage(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]))
            return Png;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return Jpeg;
        if (head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8))
            return Gif;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x49, 0x49, 0x2A, 0]) || head.StartsWith((ReadOnlySpan<byte>)[0x4D, 0x4D, 0, 0x2A]))
            return Tiff;
        // Text may also begin with "BM". In a bitmap, the reserved bytes of the file header are zero, and the second header has a known length.
        if (head.StartsWith("BM"u8) && head.Length >= 18 && head[6..10].IndexOfAnyExcept((byte)0) < 0 && head[14] is 12 or 40 or 52 or 56 or 64 or 108 or 124)
            return Bmp;
        return head.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0]) && head.Length >= 22 && head[4] > 0 && head[9] == 0 ? Icon : null;
    }

    /// <summary>Detects containers that specify the type of their content: RIFF, ISO media, Matroska, Ogg.</summary>
    private static MediaType? SniffContainer(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12)
            return null;
        if (head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8))
        {
            var form = head.Slice(8, 4);
            return form.SequenceEqual("WAVE"u8) ? Wav : form.SequenceEqual("WEBP"u8) ? WebP : form.SequenceEqual("AVI "u8) ? Avi : null;
        }
        var box = head.Slice(4, 4);
        if (box.SequenceEqual("ftyp"u8))
            return OfBrand(head.Slice(8, 4));
        // Older QuickTime files have no brand.
        if (box.SequenceEqual("moov"u8) || box.SequenceEqual("mdat"u8) || box.SequenceEqual("wide"u8))
            return Mov;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]))
            return head[..Math.Min(head.Length, 64)].IndexOf("webm"u8) >= 0 ? WebM : Mkv;
        if (head.StartsWith("OggS"u8))
            return head[..Math.Min(head.Length, 256)].IndexOf("theora"u8) >= 0 ? OgV : Ogg;
        return head.StartsWith("FORM"u8) && head.Slice(8, 3).SequenceEqual("AIF"u8) ? Aiff : null;
    }

    private static MediaType OfBrand(ReadOnlySpan<byte> brand)
    {
        if (brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8))
            return Avif;
        if (brand.StartsWith("hei"u8) || brand.StartsWith("hev"u8) || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8))
            return Heic;
        if (brand.StartsWith("M4A"u8) || brand.StartsWith("M4B"u8))
            return M4a;
        if (brand.SequenceEqual("qt  "u8))
            return Mov;
        return brand.StartsWith("3g"u8) ? ThreeGp : Mp4;
    }

    private static MediaType? SniffAudioOrVideo(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("ID3"u8))
            return Mp3;
        if (head.StartsWith("fLaC"u8))
            return Flac;
        if (head.StartsWith("#!AMR"u8))
            return Amr;
        if (head.StartsWith("FLV\x01"u8))
            return Flv;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]))
            return Wmv;
        if (head.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0xBA]) || head.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0xB3]))
            return Mpeg;
        if (head.Length > 376 && head[0] == 0x47 && head[188] == 0x47 && head[376] == 0x47)
            return TransportStream;
        // An MPEG audio frame: 11 sync bits, then version, layer, bit rate and sampling rate. Each of the last four fields has one invalid value.
        if (head.Length >= 4 && head[0] == 0xFF && (head[1] & 0xE0) == 0xE0)
        {
            if ((head[1] & 0xF6) == 0xF0)
                return Aac;
            // Layer I is not recognized, because it is obsolete and its header could be confused with the byte order mark of UTF-16.
            bool valid = (head[1] & 0x18) != 0x08 && (head[1] & 0x06) is 0x02 or 0x04 && (head[2] & 0xF0) != 0xF0 && (head[2] & 0x0C) != 0x0C;
            return valid ? Mp3 : null;
        }
        return null;
    }

    private static MediaType? SniffDocument(ReadOnlySpan<byte> head)
    {
        // Some programs write bytes before a PDF's signature; PDF readers search the first kilobyte for it.
        if (head[..Math.Min(head.Length, 1024)].IndexOf("%PDF-"u8) >= 0)
            return Pdf;
        if (!head.StartsWith("PK\x03\x04"u8))
            return null;
        if (head.IndexOf("application/epub+zip"u8) is >= 0 and < 100)
            return Epub;
        if (head.IndexOf("word/"u8) >= 0)
            return Docx;
        if (head.IndexOf("xl/"u8) >= 0)
            return Xlsx;
        return head.IndexOf("ppt/"u8) >= 0 ? Pptx : Zip;
    }

    /// <summary>Returns whether the bytes begin with the byte order mark of UTF-16, or are UTF-8 without control characters that are unusual in text.</summary>
    private static bool IsText(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return true;
        foreach (byte b in head)
        {
            if (b is < 32 and not (9 or 10 or 12 or 13 or 27) or 127)
                return false;
        }
        // The head may end within a character.
        for (int cut = 0; cut < Math.Min(4, head.Length); cut++)
        {
            if (Utf8.IsValid(head[..^cut]))
                return true;
        }
        return head.IsEmpty;
    }
}
