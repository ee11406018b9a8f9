using System.Management.Automation;

namespace QwenChat.Commands;

/// <summary>The order that items are listed in.</summary>
public enum QwenItemOrder
{
    /// <summary>Oldest first.</summary>
    Ascending,
    /// <summary>Newest first.</summary>
    Descending,
}

/// <summary>Lists the items of a conversation, alike whether the service or the caller keeps them.</summary>
[Cmdlet(VerbsCommon.Get, "QwenConversationItem")]
[OutputType(typeof(QwenItem))]
public sealed class GetQwenConversationItemCommand : QwenCommand
{
    /// <summary>The conversation, or a reply: then the items up to it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public IQwenConversation? Conversation { get; set; }

    /// <summary>Only the items with these ids.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string[]? Id { get; set; }

    /// <summary>Only the items of these roles.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RoleCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Role { get; set; }

    /// <summary>At most so many.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int First { get; set; } = int.MaxValue;

    /// <summary>Only the items behind this one, in the order asked for.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? After { get; set; }

    /// <summary>Oldest first, or newest first.</summary>
    [Parameter]
    public QwenItemOrder Order { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => AttemptOne(() =>
    {
        var items = Conversation!.Continue().Items;
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
        if (Role is not null)
            items = items.Where(item => Role.Contains(item.Role, StringComparer.OrdinalIgnoreCase));
        if (Id is null)
        {
            WriteObject(items.Take(First), enumerateCollection: true);
            return;
        }
        var found = items.Where(item => Id.Contains(item.Id)).Take(First).ToList();
        WriteObject(found, enumerateCollection: true);
        foreach (string missing in Id.Where(id => Role is null && First == int.MaxValue && found.TrueForAll(item => item.Id != id)))
            AttemptOne(() => throw NotThere(missing), missing);
    }, Conversation);

    private static QwenException NotThere(string id) => new(QwenErrorKind.NotFound, $"The conversation has no item '{id}'.");
}
