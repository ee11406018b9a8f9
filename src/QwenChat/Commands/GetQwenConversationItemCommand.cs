using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.History;

namespace QwenChat.Commands;

/// <summary>The order of listed items.</summary>
public enum QwenItemOrder
{
    /// <summary>Oldest first.</summary>
    Ascending,
    /// <summary>Newest first.</summary>
    Descending,
}

/// <summary>Lists the items of a conversation, whether its history is on the service or local.</summary>
[Cmdlet(VerbsCommon.Get, "QwenConversationItem")]
[OutputType(typeof(QwenItem))]
public sealed class GetQwenConversationItemCommand : ConversationCommand
{
    /// <summary>The conversations, or their ids or names. For a reply, the items up to and including the reply are listed.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object?[] Conversation { get; set; } = [];

    /// <summary>Piped conversations and replies.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>The ids of the items to return.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(ItemIdCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string[]? Id { get; set; }

    /// <summary>The roles of the items to return.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RoleCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string[]? Role { get; set; }

    /// <summary>The maximum number of items.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int First { get; set; } = int.MaxValue;

    /// <summary>Returns only the items after this item, in the requested order.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ItemIdCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? After { get; set; }

    /// <summary>The order of the items: oldest first or newest first.</summary>
    [Parameter]
    public QwenItemOrder Order { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // "$c | Get-QwenConversationItem msg_1": with a piped conversation, the first argument contains item ids.
        if (HasInput && Id is null && Conversation is { Length: > 0 }
            && Array.TrueForAll(Conversation, id => (id is PSObject wrapped ? wrapped.BaseObject : id) is string))
            (Id, Conversation) = (Conversation.Select(id => $"{id}").ToArray(), []);
        Attempt(() => ForEach(Targets(Conversation, InputObject), WriteItems), Conversation);
    }

    private void WriteItems(object? given)
    {
        foreach (string id in Id ?? [])
            ConversationsApi.CheckItemId(id);
        if (After is not null)
            ConversationsApi.CheckItemId(After);
        var found = Find(given);
        if (found is QwenConversation conversation && ConversationEdit.AtService(conversation, Connection, Notices) is { } sync)
        {
            WriteRemote(sync);
            return;
        }
        WriteLocal(found.Continue().Items);
    }

    /// <summary>Writes the current items of a conversation object from the service, page by page, as they arrive.</summary>
    private void WriteRemote(RemoteObject sync)
    {
        if (Id is not null)
        {
            foreach (string id in Id)
            {
                AttemptOne(() =>
                {
                    var item = Wait(sync.ReadItemAsync(Wait(sync.FindIdAsync(id, Cancellation)), Cancellation));
                    if (IsOfRole(item))
                        WriteObject(item);
                }, id);
            }
            return;
        }
        string? after = After is null ? null : Wait(sync.FindIdAsync(After, Cancellation));
        int left = First;
        // With -Role, -First counts only matching items, so the number of items to read from the service is unknown and not limited.
        Drain(Take(sync.ReadItemsAsync(Order == QwenItemOrder.Descending, after, Role is null ? First : int.MaxValue, Cancellation)), WriteObject);

        async IAsyncEnumerable<QwenItem> Take(IAsyncEnumerable<QwenItem> items)
        {
            await foreach (var item in items.ConfigureAwait(false))
            {
                if (!IsOfRole(item))
                    continue;
                yield return item;
                if (--left == 0)
                    yield break;
            }
        }
    }

    private void WriteLocal(IEnumerable<QwenItem> items)
    {
        if (Order == QwenItemOrder.Descending)
            items = items.Reverse();
        if (After is not null)
        {
            var list = items.ToList();
            int at = list.FindIndex(item => item.Id == After);
            if (at < 0)
                throw NotThere(After);
            items = list.Skip(at + 1);
        }
        items = items.Where(IsOfRole);
        if (Id is null)
        {
            WriteObject(items.Take(First), enumerateCollection: true);
            return;
        }
        var found = items.Where(item => Id.Contains(item.Id)).Take(First).ToList();
        WriteObject(found, enumerateCollection: true);
        foreach (string missing in Id.Where(id => Role is null && First == int.MaxValue && found.TrueForAll(item => item.Id != id)))
            AttemptOne(() => throw NotThere(missing), missing);
    }

    private bool IsOfRole(QwenItem item) => Role is null || Role.Contains(item.Role, StringComparer.OrdinalIgnoreCase);

    private static QwenException NotThere(string id) => new(QwenErrorKind.NotFound,
        $"The conversation has no item '{id}'. Use Get-QwenConversationItem without -Id or -After to list all items.");
}
