namespace QwenChat.Tests.Reliability.Walk;

/// <summary>Someone who holds a conversation object: in this process, or in one of its own.</summary>
internal interface IWalkActor : IAsyncDisposable
{
    /// <summary>Sends a message.</summary>
    /// <exception cref="QwenException">It failed.</exception>
    Task SendAsync(string message);

    /// <summary>Adds messages.</summary>
    /// <exception cref="QwenException">It failed.</exception>
    Task AddAsync(string role, params string[] messages);

    /// <summary>Takes back the last turns.</summary>
    /// <exception cref="QwenException">It failed.</exception>
    Task UndoAsync(int turns);

    /// <summary>Sets the system text.</summary>
    Task InstructAsync(string text);

    /// <summary>What the conversation is now.</summary>
    Task<WalkState> ReadAsync();
}
