using System.Collections;
using System.Management.Automation;
using QwenChat.Context;

namespace QwenChat.Commands;

/// <summary>Begins a conversation.</summary>
[Cmdlet(VerbsCommon.New, "QwenConversation")]
[OutputType(typeof(QwenConversation))]
public sealed class NewQwenConversationCommand : QwenOptionsCommand
{
    /// <summary>A name of the user's.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Who keeps the history; by default the first API the catalogue lists for the model.</summary>
    [Parameter]
    public QwenApi Api { get; set; }

    /// <summary>Notes on the conversation.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? Metadata { get; set; }

    /// <summary>The service is to keep nothing; the whole history is sent with every turn.</summary>
    [Parameter]
    public SwitchParameter Stateless { get; set; }

    /// <summary>Continues from a response made elsewhere; its transcript is read at once.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PreviousResponseId { get; set; }

    /// <summary>Continues a conversation object made elsewhere; its items are read at once.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ConversationId { get; set; }

    /// <summary>What was said before: messages as objects with <c>role</c> and <c>content</c>, strings of the user's, or items of another conversation.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[] Item { get; set; } = [];

    /// <summary>Keeps the conversation in a durable store, from now on and in every turn.</summary>
    [Parameter]
    [ValidateNotNull]
    public QwenStore? Store { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => Attempt(() =>
    {
        var conversation = Begin(new ConversationStart
        {
            Api = Given(nameof(Api)) ? Api : null,
            Name = Name,
            Metadata = ConversationStart.ReadMetadata(Metadata),
            Stateless = Stateless,
            PreviousResponseId = PreviousResponseId,
            ConversationId = ConversationId,
            Items = Item.Select(ItemObject.ReadMessage).ToArray(),
            CostLimit = CostLimit,
            TokenLimit = TokenLimit,
            Store = Store,
            ContextPolicy = ContextPolicy,
            Options = ReadOptions(),
        }, atService: true);
        // What the service has made already is not lost with the store.
        if (conversation.Held is null)
            Wait(StoredConversations.SaveAsync(conversation, Notices, Cancellation));
        else
            Wait(StoredConversations.TrySaveAsync(conversation, Notices, Cancellation));
        Session.Current.LastConversation = conversation;
        WriteObject(conversation);
    }, Name);
}
