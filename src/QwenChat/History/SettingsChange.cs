using QwenChat.Model;
using QwenChat.Saving;

namespace QwenChat.History;

/// <summary>One change of a conversation's settings, which is carried out whole or not at all: at the service, in its store, and in the object.</summary>
internal sealed record SettingsChange
{
    /// <summary>Changes the object; may be undone.</summary>
    public required Action<QwenConversation> Apply { get; init; }

    /// <summary>Metadata in place of the ones there are; null leaves them.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Where the conversation is kept from now on; null for memory alone.</summary>
    public required QwenStore? Store { get; init; }

    /// <summary>Another connection than the conversation's, for the metadata at the service.</summary>
    public QwenConnection? Connection { get; init; }

    /// <summary>Carries the change out. A store that the conversation is in already may fail: then it is written with the next turn.</summary>
    /// <exception cref="QwenException">The service or another store does not take it; then nothing has changed.</exception>
    public async Task CarryOutAsync(QwenConversation conversation, NoticeQueue notices, CancellationToken cancellation)
    {
        var before = conversation.Metadata;
        if (Metadata is not null)
            await ConversationChange.SetMetadataAtServiceAsync(conversation, Metadata, Connection, notices, cancellation).ConfigureAwait(false);
        try
        {
            if (await StoredConversations.ChangeAsync(conversation, Change, Store, notices, cancellation).ConfigureAwait(false))
                return;
        }
        catch when (Metadata is not null)
        {
            await TakeBackAsync(conversation, before, notices).ConfigureAwait(false);
            throw;
        }
        await StoredConversations.TrySaveAsync(conversation, notices, cancellation).ConfigureAwait(false);
    }

    private void Change(QwenConversation conversation)
    {
        Apply(conversation);
        if (Metadata is not null)
            conversation.Metadata = Metadata;
    }

    private async Task TakeBackAsync(QwenConversation conversation, IReadOnlyDictionary<string, string> before, NoticeQueue notices)
    {
        try
        {
            // Not to be cancelled: the stop may be what it is taken back for.
            await ConversationChange.SetMetadataAtServiceAsync(conversation, before, Connection, notices, CancellationToken.None).ConfigureAwait(false);
        }
        catch (QwenException failure)
        {
            notices.Warn($"The new metadata of {conversation} stay at the service, since they could not be taken back: {failure.Message}");
        }
    }
}
