using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols.Catalogue;

namespace QwenChat.Http;

/// <summary>
/// Reads the lists of the native API that come in numbered pages: models and limits (wire §19). How many pages there are is what the service says,
/// so they are bounded, and a list that repeats itself ends.
/// </summary>
/// <param name="connection">Where it is asked.</param>
/// <param name="transport">How.</param>
/// <param name="notices">What the user is told.</param>
internal sealed class ServiceListing(QwenConnection connection, Transport transport, NoticeQueue notices)
{
    /// <summary>How many entries are asked for at a time; up to 200 are allowed.</summary>
    public const int PageSize = 100;

    /// <summary>The most pages. The service lists a few hundred models.</summary>
    private const int MaximumPages = 100;

    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(30);

    /// <summary>Reads the entries of all pages. An entry that is listed again is returned once.</summary>
    /// <param name="path">The list's path below the native API, such as <c>/models</c>.</param>
    /// <param name="query">What is asked for besides the page, such as <c>model=qwen-plus&amp;</c>; empty for everything.</param>
    /// <param name="member">The member of the answer's <c>output</c> that has the entries.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="QwenException">The server has no such list, or its answer is none.</exception>
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
                    notices.Warn($"The service's list says that it has {page.Total} entries, and repeats itself after {before}. The rest is ignored.");
                break;
            }
            if (number == MaximumPages)
                notices.Warn($"The service's list goes on after {MaximumPages} pages with {entries.Count} entries. It was read up to there.");
        }
        return [.. entries.Values];
    }
}
