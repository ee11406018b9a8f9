using QwenChat.History;

namespace QwenChat.Commands.Repl;

/// <summary>The state of a chat, which the slash commands change.</summary>
internal sealed class ChatState(ChatHost host, QwenConversation conversation)
{
    private readonly List<QwenConversation> _earlier = [];

    public ChatHost Host { get; } = host;

    public QwenConversation Conversation { get; private set; } = conversation;

    /// <summary>The options for each turn, which override the conversation's.</summary>
    public QwenOptions Options { get; set; } = new();

    /// <summary>The connection to use for all conversations; null to use the connection of each conversation.</summary>
    public QwenConnection? Connection { get; init; }

    /// <summary>Whether to show only a note in place of the model's thinking.</summary>
    public bool FoldsThinking { get; set; }

    public QwenReply? LastReply { get; set; }

    /// <summary>The file from which the conversation was loaded, or to which it was saved; null if there is none.</summary>
    public string? File { get; set; }

    /// <summary>The existing file that the previous /save command did not overwrite. Repeating the command overwrites the file.</summary>
    public string? AskedToOverwrite { get; set; }

    /// <summary>The initial text of the next message, which the user can edit.</summary>
    public string Draft { get; set; } = "";

    /// <summary>Whether the chat must end.</summary>
    public bool Leaves { get; set; }

    /// <summary>The earlier conversations of this chat that have turns but no store, and therefore exist only in memory.</summary>
    public IEnumerable<QwenConversation> Unstored => _earlier.Where(other => other != Conversation && other.Store is null && other.TurnCount > 0);

    public void SwitchTo(QwenConversation other, bool keepsOptions = true)
    {
        _earlier.Add(Conversation);
        Conversation = other;
        if (!keepsOptions)
            Options = new QwenOptions();
        (LastReply, File) = (null, null);
        Host.Used(other);
    }

    /// <summary>Changes the options of the conversation, starting with its next turn.</summary>
    public void Change(Func<QwenOptions, QwenOptions> change)
    {
        Host.Wait(cancellation => ConversationChange.SetAsync(Conversation, it => it.Options = change(it.Options), Host.Notices, cancellation));
    }
}
