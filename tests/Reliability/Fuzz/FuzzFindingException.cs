namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>Something that has to hold for every input did not for this one.</summary>
public sealed class FuzzFindingException(string message) : Exception(message);
