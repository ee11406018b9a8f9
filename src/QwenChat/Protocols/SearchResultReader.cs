using System.Text.Json;
using QwenChat.Protocols.Json;

namespace QwenChat.Protocols;

/// <summary>
/// Reads the pages of a web search: <c>action.sources</c> of a Responses item (wire §2.6), <c>search_results</c> of the native protocol (wire §5.4).
/// </summary>
internal static class SearchResultReader
{
    /// <summary>Reads the pages of the native protocol's <c>search_info</c> object.</summary>
    public static List<QwenSearchResult> OfInfo(ReadOnlySpan<byte> info)
    {
        var results = new List<QwenSearchResult>();
        var reader = new Utf8JsonReader(info);
        reader.Read();
        while (LenientJson.NextProperty(ref reader))
        {
            if (!LenientJson.Is(ref reader, "search_results"u8))
                LenientJson.SkipValue(ref reader);
            else if (LenientJson.EnterArray(ref reader))
                Read(ref reader, results);
        }
        return results;
    }

    /// <summary>Reads the array at the reader's position.</summary>
    public static void Read(ref Utf8JsonReader reader, List<QwenSearchResult> results)
    {
        while (LenientJson.NextObject(ref reader))
        {
            var result = new QwenSearchResult(null, null, null, null);
            while (LenientJson.NextProperty(ref reader))
            {
                if (LenientJson.Is(ref reader, "url"u8))
                    result = result with { Url = LenientJson.String(ref reader) };
                else if (LenientJson.Is(ref reader, "title"u8))
                    result = result with { Title = LenientJson.String(ref reader) };
                else if (LenientJson.Is(ref reader, "site_name"u8))
                    result = result with { SiteName = LenientJson.String(ref reader) };
                else if (LenientJson.Is(ref reader, "index"u8))
                    result = result with { Index = (int?)LenientJson.Int64(ref reader) };
                else
                    LenientJson.SkipValue(ref reader);
            }
            results.Add(result);
        }
    }
}
