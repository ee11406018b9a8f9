namespace QwenChat.Tests.Reliability.Live;

/// <summary>One step of a conversation, and its result.</summary>
/// <param name="Scenario">The conversation.</param>
/// <param name="Said">The message or action.</param>
/// <param name="Came">The answer or the error.</param>
/// <param name="Failed">Whether the step failed.</param>
/// <param name="ShouldFail">Whether an error was expected, because the requested object does not exist or the request is invalid.</param>
public sealed record Step(string Scenario, string Said, string Came, bool Failed, bool ShouldFail);
