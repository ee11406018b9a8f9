using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Conversations;

namespace QwenChat.History;

/// <summary>Accesses the conversation objects of a service and their items (wire §3).</summary>
internal sealed class ConversationsApi(QwenConnection connection, Transport transport, NoticeQueue notices)
{
    /// <summary>The maximum number of concurrent deletions. The API deletes only one item per call.</summary>
    private const int DeletionsAtOnce = 4;

    public const int MaximumPairs = 16, MaximumNameLength = 64, MaximumValueLength = 512;

    /// <summary>Prefixes of ids that are not item ids.</summary>
    private static readonly string[] s_otherItemIds = ["resp_", "conv_", "chatcmpl-", "file-", "file_"];

    private static readonly string[] s_otherIds = ["msg_", "resp_", "item_", "call_", "chatcmpl-", "file-", "file_"];

    public static void CheckId(string id)
    {
        if (id.StartsWith("local_", StringComparison.Ordinal))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"'{ServiceId.Shown(id)}' is a local conversation id, which the service does not know. Specify the conversation itself, for example with "
                    + "Get-QwenConversation -Last.");
        if (HasOtherBeginning(id, s_otherIds) || !ServiceId.IsValid(id))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"'{ServiceId.Shown(id)}' is not a conversation id. Use the Id of a conversation in the Conversations API (conv_…).");
    }

    public static void CheckItemId(string id)
    {
        if (HasOtherBeginning(id, s_otherItemIds) || !ServiceId.IsValid(id))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"'{ServiceId.Shown(id)}' is not an item id. Get-QwenConversationItem lists the items with their ids (msg_…). To get a response, use "
                    + "Get-QwenResponse.");
    }

    /// <exception cref="QwenException">There are too many pairs, or the length of a name or value is invalid.</exception>
    public static void CheckMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count > MaximumPairs)
            throw Refuse($"-Metadata has {metadata.Count} pairs; the Conversations API allows at most {MaximumPairs}.");
        foreach (var (name, value) in metadata)
        {
            if (name.Length is 0 or > MaximumNameLength)
                throw Refuse($"The -Metadata name '{name}' has {name.Length} characters; the Conversations API allows 1 to {MaximumNameLength}.");
            if (value.Length > MaximumValueLength)
                throw Refuse(
                    $"The -Metadata value of '{name}' has {value.Length} characters; the Conversations API allows at most {MaximumValueLength}. Shorten it, or "
                        + "store it in an item with Add-QwenConversationItem.");
        }

        static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
    }

    /// <summary>
    /// Creates a conversation with up to 20 items. If the call is retried because its response was lost, an unused conversation may remain.
    /// </summary>
    public async Task<ConversationInfo> CreateAsync(IReadOnlyList<QwenItem> items, IReadOnlyDictionary<string, string> metadata,
        CancellationToken cancellation) =>
        await CallAsync(HttpMethod.Post, [], body => StateReader.ReadConversation(body), ConversationBodies.Create(items, metadata), cancellation)
        .ConfigureAwait(false);

    public async Task<ConversationInfo> ReadAsync(string id, CancellationToken cancellation) =>
        await CallAsync(HttpMethod.Get, [id], body => StateReader.ReadConversation(body), null, cancellation).ConfigureAwait(false);

    /// <summary>Replaces the metadata.</summary>
    public async Task<ConversationInfo> UpdateAsync(string id, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellation) =>
        await CallAsync(HttpMethod.Post, [id], body => StateReader.ReadConversation(body), ConversationBodies.Update(metadata), cancellation)
        .ConfigureAwait(false);

    /// <summary>Deletes the conversation, but not its items.</summary>
    public Task DeleteAsync(string id, CancellationToken cancellation) =>
        CallAsync(HttpMethod.Delete, [id], answer => RequireDeleted(answer, id), null, cancellation);

    /// <summary>Adds up to 20 items in one call. The call is not retried, because it may have succeeded even if its response was lost.</summary>
    public async Task<IReadOnlyList<QwenItem>> AddAsync(string id, IReadOnlyList<QwenItem> items, CancellationToken cancellation) =>
        (await CallAsync(HttpMethod.Post, [id, "items"], body => StateReader.ReadItems(body), ConversationBodies.AddItems(items), cancellation,
        repeatable: false).ConfigureAwait(false)).Items;

    public async Task<QwenItem> ReadItemAsync(string id, string itemId, CancellationToken cancellation) =>
        await CallAsync(HttpMethod.Get, [id, "items", itemId], body => StateReader.ReadItem(body), null, cancellation).ConfigureAwait(false);

    public Task DeleteItemAsync(string id, string itemId, CancellationToken cancellation) =>
        CallAsync(HttpMethod.Delete, [id, "items", itemId], answer => RequireDeleted(answer, itemId), null, cancellation);

    /// <summary>Deletes items, several concurrently; an item that no longer exists counts as deleted.</summary>
    /// <exception cref="QwenException">An item has no service id; no item was deleted.</exception>
    public Task DeleteItemsAsync(string id, IEnumerable<string?> itemIds, CancellationToken cancellation) =>
        Parallel.ForEachAsync(itemIds.Select(ServiceId.Checked).ToArray(),
        new ParallelOptions { MaxDegreeOfParallelism = DeletionsAtOnce, CancellationToken = cancellation }, async (itemId, token) =>
        {
            try
            {
                await DeleteItemAsync(id, itemId, token).ConfigureAwait(false);
            }
            catch (QwenException gone) when (gone.Kind == QwenErrorKind.NotFound)
            {
                // The item has expired since the list was read, or an earlier attempt deleted it.
            }
        });

    /// <summary>Enumerates the live items, reading pages on demand.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="newestFirst">Whether the newest item is returned first.</param>
    /// <param name="after">The item to start after, in that order; null to start with the first item.</param>
    /// <param name="atMost">The maximum number of items.</param>
    /// <param name="cancellation">Cancels reading.</param>
    public IAsyncEnumerable<QwenItem> ReadItemsAsync(string id, bool newestFirst, string? after, int atMost, CancellationToken cancellation)
    {
        string order = newestFirst ? "desc" : "asc";
        return PagedItems.ReadAsync(async (limit, behind) =>
        {
            string query = $"order={order}&limit={limit}" + (behind is null ? "" : "&after=" + Uri.EscapeDataString(behind));
            return await CallAsync(HttpMethod.Get, [id, "items"], body => StateReader.ReadItems(body), null, cancellation, query: query).ConfigureAwait(false);
        }, after, atMost, notices, cancellation);
    }

    /// <summary>Reads all live items, oldest first.</summary>
    public async Task<List<QwenItem>> ReadAllItemsAsync(string id, CancellationToken cancellation)
    {
        var items = new List<QwenItem>();
        await foreach (var item in ReadItemsAsync(id, newestFirst: false, null, int.MaxValue, cancellation).ConfigureAwait(false))
            items.Add(item);
        return items;
    }

    private Task<T> CallAsync<T>(
        HttpMethod method, IReadOnlyList<string> path, Func<byte[], T> read, byte[]? content, CancellationToken cancellation, bool repeatable = true,
            string query = "") =>
        transport.SendAsync(new ServiceRequest(method, connection.Conversations(path, query))
        {
            Body = content is null ? null : new ChatRequestBody(content, [], 0, ReadOnlyMemory<byte>.Empty),
            Repeatable = repeatable,
        }, read, notices, cancellation);

    private static bool RequireDeleted(byte[] answer, string id) => StateReader.ReadDeleted(answer) ? true
        : throw QwenException.OfContent($"The service reports that '{id}' was not deleted and gives no reason. Try again later.");

    private static bool HasOtherBeginning(string id, string[] beginnings) =>
        Array.Exists(beginnings, beginning => id.StartsWith(beginning, StringComparison.OrdinalIgnoreCase));
}
