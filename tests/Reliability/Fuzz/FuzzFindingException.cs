namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>Reports that an input breaks a rule that applies to all inputs.</summary>
public sealed class FuzzFindingException(string message) : Exception(message);
