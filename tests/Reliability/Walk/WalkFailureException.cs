namespace QwenChat.Tests.Reliability.Walk;

/// <summary>A broken rule.</summary>
public sealed class WalkFailureException(string kind, string message) : Exception($"{kind}: {message}")
{
    /// <summary>The kind of failure, to recognize the same one in a shorter sequence.</summary>
    public string Kind { get; } = kind;
}
