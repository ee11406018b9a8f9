using QwenChat.Model;
using QwenChat.Saving;

namespace QwenChat.History;

/// <summary>A change to a conversation's settings. The change is applied to the service, the store and memory, or to none of them.</summary>
internal sealed record SettingsChange
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    /// <summary>Changes the conversation in memory. <see cref="SettingsSnapshot"/> must be able to restore everything that changes.</summary>
    public required Action<QwenConversation> Apply { get; init; }

    /// <summary>The new metadata; null keeps the current metadata.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The new store; null for memory only.</summary>
    public required QwenStore? Store { get; init; }

    /// <summary>The connection for changing metadata on the service; null to use the conversation's connection.</summary>
    public QwenConnection? Connection { get; init; }

    /// <summary>Applies the change. If the conversation's current store fails, the change is written with the next turn.</summary>
    /// <exception cref="QwenException">The service or a new store rejected the change; nothing was changed.</exception>
    public async Task CarryOutAsync(QwenConversation conversation, NoticeQueue notices, CancellationToken cancellation)
    {
        var before = conversation.Metadata;
        bool isAtService = false;
        try
        {
            if (Metadata is not null)
                await ConversationChange.SetMetadataAtServiceAsync(conversation, Metadata, Connection, notices, cancellation).ConfigureAwait(false);
            isAtService = true;
            if (await ConversationSaving.ChangeAsync(conversation, Change, Store, notices, cancellation).ConfigureAwait(false))
                return;
        }
        // If the user stopped the command, the service may already have the new metadata.
        catch (Exception failure) when (Metadata is not null && (isAtService || failure is OperationCanceledException))
        {
            await TakeBackAsync(conversation, before, notices).ConfigureAwait(false);
            throw;
        }
        await ConversationSaving.TrySaveAsync(conversation, notices, cancellation).ConfigureAwait(false);
    }

    private void Change(QwenConversation conversation)
    {
        Apply(conversation);
        if (Metadata is not null)
            conversation.Metadata = Metadata;
    }

    private async Task TakeBackAsync(QwenConversation conversation, IReadOnlyDictionary<string, string> before, NoticeQueue notices)
    {
        // A stop does not cancel this request, because the old metadata must be restored. The time limit applies if the service does not respond.
        using var limit = new CancellationTokenSource(s_grace);
        try
        {
            await ConversationChange.SetMetadataAtServiceAsync(conversation, before, Connection, notices, limit.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is QwenException or OperationCanceledException)
        {
            notices.Warn($"The service may have the new metadata of {conversation}, because restoring the old metadata failed: {failure.Message}");
        }
    }
}
