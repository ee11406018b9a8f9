namespace QwenChat.Tests.Reliability.Live;

/// <summary>One thing that was done in a conversation, and what came of it.</summary>
/// <param name="Scenario">The conversation.</param>
/// <param name="Said">What was done, or said.</param>
/// <param name="Came">The answer, or the error.</param>
/// <param name="Failed">Whether it was an error.</param>
/// <param name="ShouldFail">Whether it was to be one: what is asked for is not there.</param>
public sealed record Step(string Scenario, string Said, string Came, bool Failed, bool ShouldFail);
