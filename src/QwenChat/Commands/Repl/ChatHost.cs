using QwenChat.Model;

namespace QwenChat.Commands.Repl;

/// <summary>What a chat's commands need of the place that it is held in.</summary>
internal sealed class ChatHost
{
    /// <summary>Tells the user something, on lines of its own.</summary>
    public required Action<string> Say { get; init; }

    /// <summary>Waits for something that takes its time. Ctrl+C ends the wait, with <see cref="OperationCanceledException"/>.</summary>
    public required Action<Func<CancellationToken, Task>> Wait { get; init; }

    /// <summary>Makes a full path of one that was typed.</summary>
    public required Func<string, string> FindPath { get; init; }

    /// <summary>Notes that a conversation is used.</summary>
    public Action<QwenConversation> Used { get; init; } = _ => { };

    /// <summary>What the layers below have to tell the user.</summary>
    public NoticeQueue Notices { get; init; } = new();
}
