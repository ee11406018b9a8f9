using QwenChat.Export;

namespace QwenChat.Commands.Repl.Slash;

/// <summary><c>/save</c></summary>
internal sealed class SaveCommand() : SlashCommand("save", "[file]", "writes the conversation to a .json, .jsonl, .md or .html file")
{
    /// <inheritdoc/>
    public override IEnumerable<Completion> Complete(ChatState chat, string typed) => ChatFiles.Complete(chat, typed, ".json", ".jsonl", ".md", ".html");

    /// <inheritdoc/>
    public override void Run(ChatState chat, string argument)
    {
        string? asked = chat.AskedToOverwrite;
        chat.AskedToOverwrite = null;
        if (argument.Length == 0 && chat.File is null)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "Specify a file: .json or .jsonl for the complete conversation, which /load can open, or .md or .html for a readable page.");
        string path = argument.Length == 0 ? chat.File! : ChatFiles.Path(chat, argument);
        var format = ExportFormats.Of(path);
        if (File.Exists(path) && path != chat.File && path != asked)
        {
            chat.AskedToOverwrite = path;
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"'{path}' already exists, so nothing was written. Repeat the command to overwrite it.");
        }
        ExportFile.PrepareReadOnly(path, force: false, "Specify a different file.");
        var content = ConversationFileContent.Of(chat.Conversation);
        ExportFile.Replace(path, overwrite: true, stream => ExportFormats.Write(stream, format, content, DateTimeOffset.UtcNow));
        chat.File = path;
        chat.Host.Say($"Saved {ChatText.Turns(chat.Conversation.TurnCount)} to {SafeText.ShowLine(path)}.");
    }
}
