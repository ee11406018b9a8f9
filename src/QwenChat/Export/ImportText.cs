using System.Globalization;
using System.Text;
using System.Text.Unicode;
using QwenChat.Model;
using QwenChat.Text;

namespace QwenChat.Export;

/// <summary>Brings a file that another tool wrote into UTF-8, which all readers here take.</summary>
internal static class ImportText
{
    /// <summary>The bytes as UTF-8: as they are, or by their byte-order mark, or with a warning by what they look like.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="notices">Told where the encoding is a guess.</param>
    public static ReadOnlyMemory<byte> ToUtf8(byte[] bytes, string path, NoticeQueue notices)
    {
        // No JSON has a zero byte; text that has one is UTF-16 or UTF-32.
        if (Utf8.IsValid(bytes) && !bytes.AsSpan().Contains((byte)0))
            return bytes;
        // Files of this module are UTF-8; one that is not is damaged, and its reader says where.
        if (bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(ConversationFile.Format)) >= 0
            || DecodedText.Of(bytes, CultureInfo.CurrentCulture.TextInfo.ANSICodePage) is not { } text)
            return bytes;
        if (text.Assumed is { } assumed)
            notices.Warn(
                $"No encoding was named for '{path}', and it is not UTF-8, so it was read as {assumed}. If that is wrong, save it as UTF-8 first: Get-Content "
                    + "-Raw -Encoding … | Set-Content -Encoding utf8.");
        return Encoding.UTF8.GetBytes(text.Text);
    }
}
