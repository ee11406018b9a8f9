namespace QwenChat.Tests.Reliability.Walk;

/// <summary>A user of a conversation object, in this process or in another process.</summary>
internal interface IWalkActor : IAsyncDisposable
{
    /// <summary>Sends a message.</summary>
    /// <exception cref="QwenException">The operation failed.</exception>
    Task SendAsync(string message);

    /// <summary>Adds messages.</summary>
    /// <exception cref="QwenException">The operation failed.</exception>
    Task AddAsync(string role, params string[] messages);

    /// <summary>Removes the last turns.</summary>
    /// <exception cref="QwenException">The operation failed.</exception>
    Task UndoAsync(int turns);

    /// <summary>Sets the instructions.</summary>
    Task InstructAsync(string text);

    /// <summary>Reads the current state of the conversation.</summary>
    Task<WalkState> ReadAsync();
}
