using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Turn;

namespace QwenChat.History;

/// <summary>Changes the settings of conversations, and deletes conversations from the service.</summary>
internal static class ConversationChange
{
    /// <summary>Replaces the metadata. If there is a conversation object on the service, its metadata is replaced first.</summary>
    /// <exception cref="QwenException">The service rejected the metadata; nothing was changed.</exception>
    public static async Task SetMetadataAsync(
        QwenConversation conversation, IReadOnlyDictionary<string, string> metadata, QwenConnection? connection, NoticeQueue notices,
            CancellationToken cancellation)
    {
        await SetMetadataAtServiceAsync(conversation, metadata, connection, notices, cancellation).ConfigureAwait(false);
        conversation.Metadata = metadata;
        await ConversationSaving.TrySaveAsync(conversation, notices, cancellation).ConfigureAwait(false);
    }

    /// <summary>Replaces the metadata of the conversation object on the service, if there is one.</summary>
    /// <exception cref="QwenException">The service rejected the metadata.</exception>
    public static async Task SetMetadataAtServiceAsync(
        QwenConversation conversation, IReadOnlyDictionary<string, string> metadata, QwenConnection? connection, NoticeQueue notices,
            CancellationToken cancellation)
    {
        if (conversation.ApiKind == QwenApi.Conversations)
            ConversationsApi.CheckMetadata(metadata);
        await ConversationSaving.RefreshAsync(conversation, notices, cancellation).ConfigureAwait(false);
        if (ConversationEdit.AtService(conversation, connection, notices) is { } sync)
        {
            try
            {
                await sync.UpdateMetadataAsync(metadata, cancellation).ConfigureAwait(false);
            }
            catch (QwenException gone) when (sync.IsUnknown(gone))
            {
                sync.GiveUp();
            }
        }
    }

    /// <summary>Changes the options, the name or the limits. The change takes effect with the next turn.</summary>
    public static Task SetAsync(QwenConversation conversation, Action<QwenConversation> change, NoticeQueue notices, CancellationToken cancellation) =>
        new SettingsChange { Apply = change, Store = conversation.Store }.CarryOutAsync(conversation, notices, cancellation);

    /// <summary>Sets the context policy. Without a policy, all turns are sent verbatim, so the summaries are discarded.</summary>
    public static void SetContextPolicy(QwenConversation conversation, QwenContextPolicy? policy)
    {
        conversation.ContextPolicy = policy;
        conversation.SummaryFailures = default;
        conversation.RecallFailures = default;
        if (policy is null)
            conversation.ReplaceSummaries(SummaryList.Empty);
    }

    /// <summary>
    /// Deletes the state of a conversation from the service: its responses, newest first, or its conversation object. The items of the object are
    /// deleted first, because deleting the object alone would leave them behind (wire §3).
    /// </summary>
    public static async Task RemoveFromServiceAsync(QwenConversation conversation, QwenConnection? connection, NoticeQueue notices,
        CancellationToken cancellation)
    {
        using var claim = await conversation.Claims.ForChangeAsync(cancellation).ConfigureAwait(false);
        await ConversationSaving.RefreshAsync(conversation, notices, cancellation).ConfigureAwait(false);
        if (ConversationEdit.AtService(conversation, connection, notices) is { } sync)
        {
            await sync.DeleteObjectAsync(cancellation).ConfigureAwait(false);
            await ConversationSaving.TrySaveAsync(conversation, notices, cancellation).ConfigureAwait(false);
            return;
        }
        var used = connection ?? conversation.Connection;
        var responses = new QwenClient(used).Responses(notices);
        var ids = conversation.Path.From(0).Select(kept => kept.Server).OfType<ServerState>().Where(state => state.Address == used.Address)
            .Select(state => state.ResponseId);
        string[] newestFirst = ids.Reverse().ToArray();
        // All ids are checked before the first deletion, because a file or a store may contain invalid ids.
        foreach (string id in newestFirst)
            StoredResponses.CheckId(id);
        foreach (string id in newestFirst)
        {
            try
            {
                await responses.DeleteAsync(id, cancellation).ConfigureAwait(false);
            }
            catch (QwenException gone) when (gone.Kind == QwenErrorKind.NotFound)
            {
                notices.Verbose($"The response {id} no longer exists: it has expired or was deleted.");
            }
        }
    }
}
