namespace QwenChat.Tests.Reliability.Walk;

/// <summary>
/// The operations on one conversation, in this process or in another process. An operation that fails throws a <see cref="QwenException"/>.
/// </summary>
internal interface IWalkActor : IAsyncDisposable
{
    Task SendAsync(string message);

    Task AddAsync(string role, params string[] messages);

    Task UndoAsync(int turns);

    Task InstructAsync(string text);

    Task<WalkState> ReadAsync();
}
