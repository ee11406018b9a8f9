using System.Text;

namespace QwenChat.Emulator;

/// <summary>A PDF document in a message (wire §17).</summary>
/// <param name="Address">The document's URL, or its content as a data URL.</param>
/// <param name="FileName">The file name; null if the request specifies no name.</param>
/// <param name="IsInline">Whether the request contains the content of the document.</param>
internal sealed record EmulatedDocument(string Address, string? FileName, bool IsInline)
{
    public const int MaximumPages = 256;

    private static readonly string[] s_pages = ["/Type /Page", "/Type/Page"];

    /// <summary>The number of pages. For an uncompressed inline document, the page objects are counted; any other document counts as one page.</summary>
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
