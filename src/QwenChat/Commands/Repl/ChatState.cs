using QwenChat.History;

namespace QwenChat.Commands.Repl;

/// <summary>How a chat stands; what its slash commands change.</summary>
/// <param name="host">Where it is held.</param>
/// <param name="conversation">The conversation that it begins with.</param>
internal sealed class ChatState(ChatHost host, QwenConversation conversation)
{
    private readonly List<QwenConversation> _left = [];

    /// <summary>Where it is held.</summary>
    public ChatHost Host { get; } = host;

    /// <summary>The conversation that is held.</summary>
    public QwenConversation Conversation { get; private set; } = conversation;

    /// <summary>What each turn asks for, over what the conversation does.</summary>
    public QwenOptions Options { get; set; } = new();

    /// <summary>Another connection than the conversations' own.</summary>
    public QwenConnection? Connection { get; init; }

    /// <summary>Whether of the model's thinking only is said that there was some.</summary>
    public bool FoldsThinking { get; set; }

    /// <summary>The last answer; null before the first.</summary>
    public QwenReply? LastReply { get; set; }

    /// <summary>The file that the conversation was saved to; null when it was to none.</summary>
    public string? File { get; set; }

    /// <summary>A file that is another's, and was named to be saved to; named again it is overwritten.</summary>
    public string? AskedToOverwrite { get; set; }

    /// <summary>What stands at the prompt next, to be changed and sent.</summary>
    public string Draft { get; set; } = "";

    /// <summary>Whether the chat is to end.</summary>
    public bool Leaves { get; set; }

    /// <summary>
    /// The conversations that were held here before, as far as they are in no store and someone said something in them: with this chat they would be
    /// lost.
    /// </summary>
    public IEnumerable<QwenConversation> Left => _left.Where(other => other != Conversation && other.Store is null && other.TurnCount > 0);

    /// <summary>Goes on with another conversation.</summary>
    /// <param name="other">The other one.</param>
    /// <param name="keepsOptions">Whether what each turn asks for stays; not where the other one knows better.</param>
    public void GoOn(QwenConversation other, bool keepsOptions = true)
    {
        _left.Add(Conversation);
        Conversation = other;
        if (!keepsOptions)
            Options = new QwenOptions();
        (LastReply, File) = (null, null);
        Host.Used(other);
    }

    /// <summary>Changes what the conversation asks for, from its next turn on.</summary>
    public void Change(Func<QwenOptions, QwenOptions> change)
    {
        Host.Wait(cancellation => ConversationChange.SetAsync(Conversation, it => it.Options = change(it.Options), Host.Notices, cancellation));
    }
}
