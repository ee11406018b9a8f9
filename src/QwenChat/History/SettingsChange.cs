using QwenChat.Model;
using QwenChat.Saving;

namespace QwenChat.History;

/// <summary>One change of a conversation's settings, which is carried out whole or not at all: at the service, in its store, and in the object.</summary>
internal sealed record SettingsChange
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

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
        bool isAtService = false;
        try
        {
            if (Metadata is not null)
                await ConversationChange.SetMetadataAtServiceAsync(conversation, Metadata, Connection, notices, cancellation).ConfigureAwait(false);
            isAtService = true;
            if (await StoredConversations.ChangeAsync(conversation, Change, Store, notices, cancellation).ConfigureAwait(false))
                return;
        }
        // A stop leaves open whether the request has reached the service.
        catch (Exception failure) when (Metadata is not null && (isAtService || failure is OperationCanceledException))
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
        // Not cancelled by the stop that may be the reason, but bounded: the service may be what hangs.
        using var limit = new CancellationTokenSource(s_grace);
        try
        {
            await ConversationChange.SetMetadataAtServiceAsync(conversation, before, Connection, notices, limit.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is QwenException or OperationCanceledException)
        {
            notices.Warn($"The new metadata of {conversation} may be at the service, because they could not be taken back: {failure.Message}");
        }
    }
}
