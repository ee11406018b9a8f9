using QwenChat.History;
using QwenChat.Model;
using QwenChat.Turn;

namespace QwenChat.Tests.Reliability.Walk;

/// <summary>A conversation in this process.</summary>
internal sealed class LocalActor(QwenClient client, QwenConversation conversation) : IWalkActor
{
    private static CancellationToken None => CancellationToken.None;

    public QwenConversation Conversation { get; } = conversation;

    /// <summary>The last complete reply.</summary>
    public QwenReply? Reply { get; private set; }

    public async Task SendAsync(string message) => Reply = await client.SendAsync(Conversation, message);

    /// <summary>Sends a message, and streams the complete answer.</summary>
    public async Task StreamAsync(string message)
    {
        await foreach (var delta in client.StreamAsync(Conversation, message))
            Reply = delta.Reply ?? Reply;
    }

    /// <summary>Sends a message, and stops after the specified number of deltas with text.</summary>
    public async Task StopAsync(string message, int pieces)
    {
        await foreach (var delta in client.StreamAsync(Conversation, message))
        {
            if (delta.Text.Length > 0 && --pieces <= 0)
                return;
        }
    }

    public async Task AddAsync(string role, params string[] messages) =>
        await ConversationEdit.AddAsync(Conversation, messages.Select(message => MessageDraft.OfText(role, message)).ToArray(), None);

    public Task UndoAsync(int turns) => ConversationEdit.UndoAsync(Conversation, turns, None);

    public Task RemoveItemAsync(string itemId) => ConversationEdit.RemoveAsync(Conversation, itemId, None);

    public Task InstructAsync(string text) =>
        ConversationChange.SetAsync(Conversation, one => one.Options = one.Options with { Instructions = text }, new NoticeQueue(), None);

    public Task DescribeAsync(string value) =>
        ConversationChange.SetMetadataAsync(Conversation, new Dictionary<string, string> { ["k"] = value }, null, new NoticeQueue(), None);

    public Task DropAsync() => ConversationChange.RemoveFromServiceAsync(Conversation, null, new NoticeQueue(), None);

    public Task<WalkState> ReadAsync() => Task.FromResult(WalkState.Of(Conversation));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
