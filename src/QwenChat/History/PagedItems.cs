using System.Runtime.CompilerServices;
using QwenChat.Model;
using QwenChat.Protocols.Conversations;
using QwenChat.Text;

namespace QwenChat.History;

/// <summary>
/// Reads a list of items that the service returns in pages. The service could return pages endlessly, so the number of pages is limited, and reading stops
/// when the list repeats itself.
/// </summary>
internal static class PagedItems
{
    /// <summary>The maximum number of items per request.</summary>
    public const int PageSize = 100;

    /// <summary>The maximum number of pages: 100,000 items when all pages are full.</summary>
    public const int MaximumPages = 1000;

    /// <summary>The maximum number of pages with fewer items than requested; normally, only the last page is short.</summary>
    public const int MaximumShortPages = 100;

    /// <summary>The maximum memory for the items of a list, in bytes: about 100 times the longest input of any model.</summary>
    private const long MaximumBytes = 256L * 1024 * 1024;

    /// <summary>The estimated memory overhead of an item, in bytes, not including its JSON.</summary>
    private const int ItemOverhead = 500;

    /// <summary>Enumerates the items of all pages. An item that is listed again on a later page is returned once.</summary>
    /// <param name="readPage">Reads a page: at most the specified number of items, after the specified item or from the beginning.</param>
    /// <param name="after">The item after which the list begins; null to begin at the start.</param>
    /// <param name="atMost">The maximum number of items to return.</param>
    /// <param name="notices">The queue for notices to the user.</param>
    /// <param name="cancellation">Cancels reading.</param>
    /// <exception cref="QwenException">The list does not end.</exception>
    public static async IAsyncEnumerable<QwenItem> ReadAsync(
        Func<int, string?, Task<ItemPage>> readPage, string? after, int atMost, NoticeQueue notices, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var cursors = new HashSet<string>(StringComparer.Ordinal);
        if (after is not null)
            cursors.Add(after);
        var known = new Dictionary<string, QwenItem>(StringComparer.Ordinal);
        long bytes = 0;
        int count = 0, shortPages = 0;
        for (int pages = 1; ; pages++)
        {
            cancellation.ThrowIfCancellationRequested();
            int limit = Math.Min(atMost - count, PageSize);
            var page = await readPage(limit, after).ConfigureAwait(false);
            // A page has been read before if it ends with the cursor of its own request or of an earlier request.
            bool isRepeated = page.LastId is not null && cursors.Contains(page.LastId) && page.Items is [.., var last] && last.Id == page.LastId;
            var fresh = isRepeated ? [] : page.Items.Where(item => !IsKnown(known, item)).ToArray();
            foreach (var item in fresh)
            {
                if (item.Id is not null)
                    known[item.Id] = item;
                bytes += item.JsonLength + ItemOverhead;
                if (bytes > MaximumBytes)
                    throw Endless(count, pages);
                yield return item;
                if (++count == atMost)
                    yield break;
            }
            if (!page.HasMore || page.LastId is null)
                yield break;
            if (!cursors.Add(page.LastId) || (fresh.Length == 0 && page.Items.Count > 0))
            {
                notices.Warn($"The service's list of items repeats itself after {Quantity.Of(count, "item")}. Reading stopped there; the service "
                    + "may have more items.");
                yield break;
            }
            if (page.Items.Count < limit)
                shortPages++;
            if (pages == MaximumPages || shortPages == MaximumShortPages)
                throw Endless(count, pages);
            after = page.LastId;
        }
    }

    /// <summary>Returns whether an item was read before. The id is not enough, because some servers assign the same id to several items.</summary>
    private static bool IsKnown(Dictionary<string, QwenItem> known, QwenItem item) =>
        item.Id is not null && known.TryGetValue(item.Id, out var before) && before.Type == item.Type && before.Role == item.Role && before.Text == item.Text;

    private static QwenException Endless(int count, int pages) => new(QwenErrorKind.ProtocolError,
        $"The service's list of items does not end: {Quantity.Of(count, "item")} were read in {Quantity.Of(pages, "page")}, more than any conversation has. "
            + "Reading stopped.");
}
