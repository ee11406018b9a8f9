namespace QwenChat.Tests.Reliability.Walk;

/// <summary>The error of a sequence that breaks a rule.</summary>
public sealed class WalkFailureException(string kind, string message) : Exception($"{kind}: {message}")
{
    /// <summary>The kind of failure, to recognize the same failure in a shorter sequence.</summary>
    public string Kind { get; } = kind;
}
