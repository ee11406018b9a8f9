using System.Text;

namespace QwenChat.Emulator;

/// <summary>A PDF document of a message (wire §17).</summary>
/// <param name="Address">The document's URL, or its content as a data URL.</param>
/// <param name="FileName">The name of the file; null if none is specified.</param>
/// <param name="IsInline">Whether the content is in the request.</param>
internal sealed record EmulatedDocument(string Address, string? FileName, bool IsInline)
{
    /// <summary>The maximum number of pages.</summary>
    public const int MaximumPages = 256;

    private static readonly string[] s_pages = ["/Type /Page", "/Type/Page"];

    /// <summary>The number of pages: the page objects of an inline document that is not compressed; 1 for any other document.</summary>
    public int Pages { get; } = IsInline ? Math.Max(1, CountPages(Address)) : 1;

    private static int CountPages(string address)
    {
        int comma = address.IndexOf(',', StringComparison.Ordinal);
        byte[] bytes = new byte[address.Length];
        if (comma < 0 || !Convert.TryFromBase64String(address[(comma + 1)..], bytes, out int length))
            return 0;
        string text = Encoding.Latin1.GetString(bytes, 0, length);
        int count = 0;
        foreach (string page in s_pages)
        {
            for (int at = 0; (at = text.IndexOf(page, at, StringComparison.Ordinal)) >= 0; at += page.Length)
                count += at + page.Length < text.Length && text[at + page.Length] == 's' ? 0 : 1;
        }
        return count;
    }
}
