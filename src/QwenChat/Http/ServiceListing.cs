using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols.Catalogue;

namespace QwenChat.Http;

/// <summary>
/// Reads the lists of the native API that are returned in numbered pages: models and limits (wire §19). The service could return pages endlessly, so the
/// number of pages is limited, and reading stops when a list repeats itself.
/// </summary>
internal sealed class ServiceListing(QwenConnection connection, Transport transport, NoticeQueue notices)
{
    /// <summary>The number of entries to request at a time; up to 200 are allowed.</summary>
    public const int PageSize = 100;

    /// <summary>The maximum number of pages. The service lists a few hundred models.</summary>
    private const int MaximumPages = 100;

    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(30);

    /// <summary>Reads the entries of all pages. An entry that is listed several times is returned once.</summary>
    /// <param name="path">The list's path below the native API, such as <c>/models</c>.</param>
    /// <param name="query">The query parameters in addition to the page, such as <c>model=qwen-plus&amp;</c>; empty for all entries.</param>
    /// <param name="member">The member of the response's <c>output</c> that contains the entries.</param>
    /// <param name="cancellation">Cancels reading.</param>
    /// <exception cref="QwenException">The server has no such list, or its response is not a list.</exception>
    public async Task<IReadOnlyList<JsonElement>> ReadAsync(string path, string query, string member, CancellationToken cancellation)
    {
        var entries = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        for (int number = 1; number <= MaximumPages; number++)
        {
            var address = connection.Native($"{path}?{query}page_no={number}&page_size={PageSize}");
            var page = await transport.SendAsync(new ServiceRequest(HttpMethod.Get, address) { FirstByteTimeout = s_longestWait },
                body => ListingPage.Read(body, member), notices, cancellation).ConfigureAwait(false);
            int before = entries.Count;
            foreach (var entry in page.Entries)
                entries.TryAdd(ListingValue.Name(entry, "model") ?? entry.GetRawText(), entry);
            if (page.Entries.Count == 0 || entries.Count >= (page.Total ?? long.MaxValue))
                break;
            if (entries.Count == before)
            {
                if (page.Total is not null)
                    notices.Warn($"The service's list reports {page.Total} entries, but repeats itself after {before}. The remaining entries are ignored.");
                break;
            }
            if (number == MaximumPages)
                notices.Warn($"The service's list continues after {MaximumPages} pages with {entries.Count} entries. The remaining pages were not read.");
        }
        return [.. entries.Values];
    }
}
