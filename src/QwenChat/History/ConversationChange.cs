using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Turn;

namespace QwenChat.History;

/// <summary>Changes what a conversation asks for and is called; and takes conversations away from the service.</summary>
internal static class ConversationChange
{
    /// <summary>Replaces the metadata; of a conversation object at the service first.</summary>
    /// <exception cref="QwenException">The service does not take it; then nothing is changed.</exception>
    public static async Task SetMetadataAsync(
        QwenConversation conversation, IReadOnlyDictionary<string, string> metadata, QwenConnection? connection, NoticeQueue notices,
            CancellationToken cancellation)
    {
        await SetMetadataAtServiceAsync(conversation, metadata, connection, notices, cancellation).ConfigureAwait(false);
        conversation.Metadata = metadata;
        await StoredConversations.TrySaveAsync(conversation, notices, cancellation).ConfigureAwait(false);
    }

    /// <summary>Replaces the metadata of a conversation object at the service, where there is one.</summary>
    /// <exception cref="QwenException">The service does not take it.</exception>
    public static async Task SetMetadataAtServiceAsync(
        QwenConversation conversation, IReadOnlyDictionary<string, string> metadata, QwenConnection? connection, NoticeQueue notices,
            CancellationToken cancellation)
    {
        if (conversation.ApiKind == QwenApi.Conversations)
            ConversationsApi.CheckMetadata(metadata);
        await StoredConversations.RefreshAsync(conversation, notices, cancellation).ConfigureAwait(false);
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

    /// <summary>Changes options, name and limits; they count from the next turn.</summary>
    public static Task SetAsync(QwenConversation conversation, Action<QwenConversation> change, NoticeQueue notices, CancellationToken cancellation) =>
        new SettingsChange { Apply = change, Store = conversation.Store }.CarryOutAsync(conversation, notices, cancellation);

    /// <summary>Sets what is sent when the history grows. Without a policy it is all turns, word for word, so summaries are given up with it.</summary>
    public static void SetContextPolicy(QwenConversation conversation, QwenContextPolicy? policy)
    {
        conversation.ContextPolicy = policy;
        conversation.SummaryFailures = 0;
        conversation.RecallFailures = 0;
        if (policy is null)
            conversation.ReplaceSummaries(SummaryList.Empty);
    }

    /// <summary>
    /// Deletes what the service keeps of a conversation: its responses, the newest first; or the items of its conversation object, and
    /// then the object, which would leave its items behind (qwen-api §3).
    /// </summary>
    public static async Task RemoveFromServiceAsync(QwenConversation conversation, QwenConnection? connection, NoticeQueue notices,
        CancellationToken cancellation)
    {
        using var claim = await conversation.Claims.ForChangeAsync(cancellation).ConfigureAwait(false);
        await StoredConversations.RefreshAsync(conversation, notices, cancellation).ConfigureAwait(false);
        if (ConversationEdit.AtService(conversation, connection, notices) is { } sync)
        {
            await sync.DeleteObjectAsync(cancellation).ConfigureAwait(false);
            await StoredConversations.TrySaveAsync(conversation, notices, cancellation).ConfigureAwait(false);
            return;
        }
        var used = connection ?? conversation.Connection;
        var responses = new QwenClient(used).Responses(notices);
        var ids = conversation.Path.From(0).Select(kept => kept.Server).OfType<ServerState>().Where(state => state.Address == used.Address)
            .Select(state => state.ResponseId);
        string[] newestFirst = ids.Reverse().ToArray();
        // All of them before the first is deleted: a file or a store may hold what is no id.
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
                notices.Verbose($"The response {id} is gone already: it has expired, or someone deleted it.");
            }
        }
    }
}
