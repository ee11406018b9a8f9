namespace QwenChat.Emulator;

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

    public EmulatedConversation Get(string id) => Find(id) is { IsDeleted: false } conversation ? conversation : throw NotFound(id);

    /// <summary>
    /// Returns a conversation, even if it has been deleted. As documented, the deletion keeps the items, which are assumed to remain readable [A10].
    /// </summary>
    public EmulatedConversation GetForItems(string id) => Find(id) ?? throw NotFound(id);

    private EmulatedConversation? Find(string id)
    {
        lock (_conversations)
            return _conversations.GetValueOrDefault(id);
    }

    /// <summary>
    /// Returns the error for an unknown conversation. The status and the error message are not documented (wire §3), and are assumed to be like those for
    /// an unknown response [A11].
    /// </summary>
    private static ApiRefusal NotFound(string id) => ApiRefusal.Parameter($"Conversation with id '{id}' not found.");
}
