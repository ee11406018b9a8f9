namespace QwenChat.Tests.Reliability.Walk;

/// <summary>Reports that a sequence breaks a rule.</summary>
public sealed class WalkFailureException(string kind, string message) : Exception($"{kind}: {message}")
{
    /// <summary>The kind of failure, which identifies the same failure in a shorter sequence.</summary>
    public string Kind { get; } = kind;
}
