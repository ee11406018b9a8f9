namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>The error of an input that breaks a rule for all inputs.</summary>
public sealed class FuzzFindingException(string message) : Exception(message);
