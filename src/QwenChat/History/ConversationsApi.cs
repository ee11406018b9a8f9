using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Conversations;

namespace QwenChat.History;

/// <summary>All calls to the conversation objects of a service and their items (qwen-api §3).</summary>
internal sealed class ConversationsApi(QwenConnection connection, Transport transport, NoticeQueue notices)
{
    /// <summary>How many items are deleted at a time: there is no call for several.</summary>
    private const int DeletionsAtOnce = 4;

    public const int MaximumPairs = 16, MaximumNameLength = 64, MaximumValueLength = 512;

    /// <summary>What an item's id never begins with: the ids of other things.</summary>
    private static readonly string[] s_otherItemIds = ["resp_", "conv_", "chatcmpl-", "file-", "file_"];

    private static readonly string[] s_otherIds = ["msg_", "resp_", "item_", "call_", "chatcmpl-", "file-", "file_"];

    /// <summary>Refuses what cannot be a conversation's id at the service.</summary>
    /// <exception cref="QwenException">It cannot be one.</exception>
    public static void CheckId(string id)
    {
        if (id.StartsWith("local_", StringComparison.Ordinal))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"'{ServiceId.Shown(id)}' is the id of a conversation that no service keeps. Use the object itself, or Get-QwenConversation -Last.");
        if (HasOtherBeginning(id, s_otherIds) || !ServiceId.IsValid(id))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"'{ServiceId.Shown(id)}' is no conversation's id. One begins with conv_: the Id of a conversation over the Conversations API.");
    }

    /// <summary>Refuses what cannot be an item's id.</summary>
    /// <exception cref="QwenException">It cannot be one.</exception>
    public static void CheckItemId(string id)
    {
        if (HasOtherBeginning(id, s_otherItemIds) || !ServiceId.IsValid(id))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"'{ServiceId.Shown(id)}' is no item's id. Get-QwenConversationItem lists the items with their ids (msg_…); a response is fetched with "
                    + "Get-QwenResponse.");
    }

    /// <summary>Refuses metadata that the service would not take.</summary>
    /// <exception cref="QwenException">There are too many pairs, or one is too long.</exception>
    public static void CheckMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count > MaximumPairs)
            throw Refuse($"-Metadata has {metadata.Count} pairs; the Conversations API takes {MaximumPairs}.");
        foreach (var (name, value) in metadata)
        {
            if (name.Length is 0 or > MaximumNameLength)
                throw Refuse($"The -Metadata name '{name}' has {name.Length} characters; the Conversations API takes 1 to {MaximumNameLength}.");
            if (value.Length > MaximumValueLength)
                throw Refuse(
                    $"The -Metadata value of '{name}' has {value.Length} characters; the Conversations API takes {MaximumValueLength}. Shorten it, or keep it "
                        + "in an item: Add-QwenConversationItem.");
        }

        static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
    }

    /// <summary>
    /// Makes a conversation with up to 20 items. When the answer is lost and it is asked for again, an empty one may be left over; no turn is ever in
    /// it twice.
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

    /// <summary>Deletes the conversation; its items stay unless they were deleted before.</summary>
    public Task DeleteAsync(string id, CancellationToken cancellation) =>
        CallAsync(HttpMethod.Delete, [id], answer => RequireDeleted(answer, id), null, cancellation);

    /// <summary>Adds up to 20 items in one call, which is not repeated: it could have arrived.</summary>
    public async Task<IReadOnlyList<QwenItem>> AddAsync(string id, IReadOnlyList<QwenItem> items, CancellationToken cancellation) =>
        (await CallAsync(HttpMethod.Post, [id, "items"], body => StateReader.ReadItems(body), ConversationBodies.AddItems(items), cancellation,
        repeatable: false).ConfigureAwait(false)).Items;

    public async Task<QwenItem> ReadItemAsync(string id, string itemId, CancellationToken cancellation) =>
        await CallAsync(HttpMethod.Get, [id, "items", itemId], body => StateReader.ReadItem(body), null, cancellation).ConfigureAwait(false);

    public Task DeleteItemAsync(string id, string itemId, CancellationToken cancellation) =>
        CallAsync(HttpMethod.Delete, [id, "items", itemId], answer => RequireDeleted(answer, itemId), null, cancellation);

    /// <summary>Deletes items, several at a time; one that is gone already is deleted.</summary>
    /// <exception cref="QwenException">An item has no id that can be deleted; then none is.</exception>
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
                // It has expired in the meantime, or an earlier attempt's answer was lost.
            }
        });

    /// <summary>The live items, page by page as they are asked for.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="newestFirst">The order.</param>
    /// <param name="after">The item to begin behind, in that order; null for the start.</param>
    /// <param name="atMost">How many are wanted.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public IAsyncEnumerable<QwenItem> ReadItemsAsync(string id, bool newestFirst, string? after, int atMost, CancellationToken cancellation)
    {
        string order = newestFirst ? "desc" : "asc";
        return PagedItems.ReadAsync(async (limit, behind) =>
        {
            string query = $"order={order}&limit={limit}" + (behind is null ? "" : "&after=" + Uri.EscapeDataString(behind));
            return await CallAsync(HttpMethod.Get, [id, "items"], body => StateReader.ReadItems(body), null, cancellation, query: query).ConfigureAwait(false);
        }, after, atMost, notices, cancellation);
    }

    /// <summary>All live items, oldest first.</summary>
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
        : throw new QwenException(QwenErrorKind.ProtocolError, $"The service answered that '{id}' is not deleted, without saying why.");

    private static bool HasOtherBeginning(string id, string[] beginnings) =>
        Array.Exists(beginnings, beginning => id.StartsWith(beginning, StringComparison.OrdinalIgnoreCase));
}
