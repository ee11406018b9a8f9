using System.Buffers.Text;
using System.IO.Compression;

namespace QwenChat.Media;

/// <summary>Counts the pages of a PDF document, so that a document with too many pages is rejected before it is sent.</summary>
internal static class PdfPages
{
    /// <summary>The maximum distance from the <c>/Type</c> of a page tree to either end of its dictionary.</summary>
    private const int LongestDictionary = 1 << 20;

    /// <summary>The maximum total size of the decompressed object streams. If the page tree is not within this size, the pages are not counted.</summary>
    private const int MaximumDecompressed = 64 << 20;

    /// <summary>
    /// Returns the number of pages, which is the largest count in any page tree. Returns null if no count can be read, for example from an encrypted
    /// document.
    /// </summary>
    public static int? Count(byte[] pdf)
    {
        int? pages = CountIn(pdf);
        int left = MaximumDecompressed;
        for (int at = 0; left > 0 && FindType(pdf, at, "/ObjStm"u8) is var found and >= 0; at = found + 1)
        {
            byte[] objects = Decompress(pdf, found, left);
            left -= objects.Length;
            pages = Max(pages, CountIn(objects));
        }
        return pages;
    }

    private static int? CountIn(ReadOnlySpan<byte> objects)
    {
        int? pages = null;
        for (int at = 0; FindType(objects, at, "/Pages"u8) is var found and >= 0; at = found + 1)
        {
            var dictionary = DictionaryAround(objects, found);
            int count = dictionary.IndexOf("/Count"u8);
            if (count < 0)
                continue;
            var number = dictionary[(count + "/Count"u8.Length)..].TrimStart(" \t\r\n\0\f"u8);
            if (Utf8Parser.TryParse(number, out int value, out _) && value > 0)
                pages = Max(pages, value);
        }
        return pages;
    }

    /// <summary>Returns the index of a <c>/Type</c> with a specified value; -1 if there is none.</summary>
    private static int FindType(ReadOnlySpan<byte> objects, int from, ReadOnlySpan<byte> name)
    {
        while (from < objects.Length && objects[from..].IndexOf("/Type"u8) is var next and >= 0)
        {
            from += next;
            var value = objects[(from + "/Type"u8.Length)..].TrimStart(" \t\r\n\0\f"u8);
            if (value.StartsWith(name) && (value.Length == name.Length || !char.IsAsciiLetterOrDigit((char)value[name.Length])))
                return from;
            from++;
        }
        return -1;
    }

    /// <summary>Returns the dictionary that contains a position, from its <c>&lt;&lt;</c> to its <c>&gt;&gt;</c>.</summary>
    private static ReadOnlySpan<byte> DictionaryAround(ReadOnlySpan<byte> objects, int at)
    {
        int start = at, depth = 0;
        for (; start > 0 && at - start < LongestDictionary; start--)
        {
            if (objects[start - 1] == '>' && objects[start] == '>')
                depth++;
            else if (objects[start - 1] == '<' && objects[start] == '<' && depth-- == 0)
                break;
        }
        int end = at;
        depth = 0;
        for (; end + 1 < objects.Length && end - at < LongestDictionary; end++)
        {
            if (objects[end] == '<' && objects[end + 1] == '<')
                depth++;
            else if (objects[end] == '>' && objects[end + 1] == '>' && depth-- == 0)
                break;
        }
        return objects[start..end];
    }

    private static byte[] Decompress(byte[] pdf, int type, int most)
    {
        int start = pdf.AsSpan(type).IndexOf("stream"u8);
        if (start < 0)
            return [];
        start += type + "stream"u8.Length;
        start += pdf.AsSpan(start).StartsWith("\r\n"u8) ? 2 : 1;
        using var source = new MemoryStream(pdf, Math.Min(start, pdf.Length), Math.Max(0, pdf.Length - start));
        using var stream = new ZLibStream(source, CompressionMode.Decompress);
        using var target = new MemoryStream();
        byte[] block = new byte[64 * 1024];
        try
        {
            while (target.Length < most && stream.Read(block) is var read and > 0)
                target.Write(block, 0, read);
        }
        catch (InvalidDataException)
        {
            // The stream is encrypted, or compressed in a different way. Only the bytes decompressed so far are searched.
        }
        return target.ToArray();
    }

    private static int? Max(int? a, int? b) => a is null || b > a ? b ?? a : a;
}
