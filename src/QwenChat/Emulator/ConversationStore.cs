namespace QwenChat.Emulator;

/// <summary>The conversation objects that the service keeps.</summary>
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

    /// <exception cref="ApiRefusal">There is none, or it was deleted.</exception>
    public EmulatedConversation Get(string id) => Find(id) is { IsDeleted: false } conversation ? conversation : throw NotFound(id);

    /// <summary>
    /// The same, but the items of a deleted conversation can still be reached, as they were not deleted (assumed: documented is only that they stay
    /// [A10]).
    /// </summary>
    /// <exception cref="ApiRefusal">There is none.</exception>
    public EmulatedConversation GetForItems(string id) => Find(id) ?? throw NotFound(id);

    private EmulatedConversation? Find(string id)
    {
        lock (_conversations)
            return _conversations.GetValueOrDefault(id);
    }

    /// <summary>Neither status nor text are documented (qwen-api §3): assumed as for responses [A11].</summary>
    private static ApiRefusal NotFound(string id) => ApiRefusal.Parameter($"Conversation with id '{id}' not found.");
}
