namespace QwenChat.Tests.Reliability.Walk;

/// <summary>Something that must not be.</summary>
public sealed class WalkFailureException(string kind, string message) : Exception($"{kind}: {message}")
{
    /// <summary>What kind of thing, so that a shorter sequence can be told to show the same.</summary>
    public string Kind { get; } = kind;
}
