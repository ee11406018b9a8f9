using QwenChat.Catalogue;
using QwenChat.Export;
using QwenChat.Text;

namespace QwenChat.Commands.Repl.Slash;

/// <summary><c>/load</c></summary>
internal sealed class LoadCommand() : SlashCommand("load", "file", "continues a conversation from a .json or .jsonl file")
{
    /// <inheritdoc/>
    public override IEnumerable<Completion> Complete(ChatState chat, string typed) => ChatFiles.Complete(chat, typed, ".json", ".jsonl");

    /// <inheritdoc/>
    public override void Run(ChatState chat, string argument)
    {
        string path = ChatFiles.Path(chat, argument);
        var connection = chat.Connection ?? chat.Conversation.Connection;
        var defaults = new QwenOptions { Model = connection.Model ?? ModelCatalogue.DefaultModel };
        var found = ImportFile.Read(path, defaults, DateTimeOffset.UtcNow, chat.Host.Notices);
        if (found.Count != 1)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"'{path}' contains {Quantity.Of(found.Count, "conversation")}, but a chat has only one. Use Import-QwenConversation to read them all, and "
                    + "Enter-QwenChat to continue one.");
        }
        chat.SwitchTo(found[0].Restore(connection, defaults.Model), keepsOptions: false);
        chat.File = path;
        chat.Host.Say(
            $"Continuing {SafeText.ShowLine(chat.Conversation.ToString())}, {ChatText.Turns(chat.Conversation.TurnCount)}, {chat.Conversation.Model}.");
    }
}
