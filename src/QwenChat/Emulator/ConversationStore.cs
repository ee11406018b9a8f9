namespace QwenChat.Emulator;

/// <summary>The conversation objects stored by the service.</summary>
internal sealed class ConversationStore(EmulatorClock clock)
{
    private readonly Dictionary<string, EmulatedConversation> _conversations = [];

    public EmulatedConversation Create()
    {
        var conversation = new EmulatedConversation("conv_" + Guid.NewGuid().ToString("N"), clock.Now, clock);
        lock (_conversations)
            _conversations.Add(conversation.Id, conversation);
        return conversation;
    }

    /// <exception cref="ApiRefusal">The conversation does not exist, or was deleted.</exception>
    public EmulatedConversation Get(string id) => Find(id) is { IsDeleted: false } conversation ? conversation : throw NotFound(id);

    /// <summary>
    /// Finds a conversation, even if it was deleted. It is documented that its items are not deleted, and assumed that they remain readable [A10].
    /// </summary>
    /// <exception cref="ApiRefusal">The conversation does not exist.</exception>
    public EmulatedConversation GetForItems(string id) => Find(id) ?? throw NotFound(id);

    private EmulatedConversation? Find(string id)
    {
        lock (_conversations)
            return _conversations.GetValueOrDefault(id);
    }

    /// <summary>
    /// Returns the error for an unknown conversation. Its status and message are not documented (wire §3). They are assumed to be similar to the
    /// error for an unknown response [A11].
    /// </summary>
    private static ApiRefusal NotFound(string id) => ApiRefusal.Parameter($"Conversation with id '{id}' not found.");
}
