using System.Globalization;
using System.Text;
using System.Text.Unicode;
using QwenChat.Model;
using QwenChat.Text;

namespace QwenChat.Export;

/// <summary>Converts a file of another tool to UTF-8, which all readers require.</summary>
internal static class ImportText
{
    /// <summary>Returns the bytes as UTF-8: unchanged, by their byte-order mark, or by their likely encoding with a warning.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="notices">Receives a warning when the encoding is a guess.</param>
    public static ReadOnlyMemory<byte> ToUtf8(byte[] bytes, string path, NoticeQueue notices)
    {
        // JSON never contains a zero byte; text with one is UTF-16 or UTF-32.
        if (Utf8.IsValid(bytes) && !bytes.AsSpan().Contains((byte)0))
            return bytes;
        // Files of this module are UTF-8; one that is not is damaged, and its reader reports where.
        if (bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(ConversationFile.Format)) >= 0
            || DecodedText.Of(bytes, CultureInfo.CurrentCulture.TextInfo.ANSICodePage) is not { } text)
            return bytes;
        if (text.Assumed is { } assumed)
            notices.Warn(
                $"'{path}' is not UTF-8 and was read as {assumed}. If that is wrong, save it as UTF-8 first: Get-Content "
                    + "-Raw -Encoding … | Set-Content -Encoding utf8.");
        return Encoding.UTF8.GetBytes(text.Text);
    }
}
