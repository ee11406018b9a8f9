namespace QwenChat.Tests.Reliability.Walk;

/// <summary>The exception that is thrown when a sequence breaks a rule.</summary>
public sealed class WalkFailureException(string kind, string message) : Exception($"{kind}: {message}")
{
    /// <summary>The kind of failure. A shortened sequence must fail with the same kind.</summary>
    public string Kind { get; } = kind;
}
