using QwenChat.Model;

namespace QwenChat.Commands.Repl;

/// <summary>The services of a chat that its slash commands use.</summary>
internal sealed class ChatHost
{
    /// <summary>Shows a notice on separate lines.</summary>
    public required Action<string> Say { get; init; }

    /// <summary>Waits for a long operation. Ctrl+C ends the wait and throws <see cref="OperationCanceledException"/>.</summary>
    public required Action<Func<CancellationToken, Task>> Wait { get; init; }

    /// <summary>Returns the full path for a path that the user typed.</summary>
    public required Func<string, string> FindPath { get; init; }

    /// <summary>Records that a conversation is used.</summary>
    public Action<QwenConversation> Used { get; init; } = _ => { };

    public NoticeQueue Notices { get; init; } = new();
}
