namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>A rule for every input was broken by this one.</summary>
public sealed class FuzzFindingException(string message) : Exception(message);
