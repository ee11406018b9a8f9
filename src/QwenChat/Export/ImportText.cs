using System.Globalization;
using System.Text;
using System.Text.Unicode;
using QwenChat.Model;
using QwenChat.Text;

namespace QwenChat.Export;

/// <summary>Converts a file written by another tool to UTF-8, which all readers require.</summary>
internal static class ImportText
{
    /// <summary>
    /// Returns the bytes as UTF-8. Bytes that are not UTF-8 are decoded according to their byte order mark. If there is none, the encoding is guessed, and
    /// a warning is written.
    /// </summary>
    public static ReadOnlyMemory<byte> ToUtf8(byte[] bytes, string path, NoticeQueue notices)
    {
        // JSON in UTF-8 never contains a zero byte. Text that contains zero bytes is UTF-16 or UTF-32.
        if (Utf8.IsValid(bytes) && !bytes.AsSpan().Contains((byte)0))
            return bytes;
        // Files written by this module are UTF-8. If such a file is not valid UTF-8, it is damaged, and ConversationFile reports the error.
        if (bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(ConversationFile.Format)) >= 0
            || DecodedText.Of(bytes, CultureInfo.CurrentCulture.TextInfo.ANSICodePage) is not { } text)
            return bytes;
        if (text.Assumed is { } assumed)
            notices.Warn(
                $"'{path}' is not UTF-8 and was read as {assumed}. If the imported text is wrong, save the file as UTF-8 in an editor, "
                    + "and import it again.");
        return Encoding.UTF8.GetBytes(text.Text);
    }
}
