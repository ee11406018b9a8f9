using QwenChat.Protocols.Errors;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>Fuzzes the body of an error response. Any body must result in an error with a message.</summary>
internal sealed class ErrorTarget() : FuzzTarget("errors", [.. SeedFiles.Errors, .. SeedFiles.Bodies, .. SeedFiles.Streams])
{
    protected override void Read(byte[] input)
    {
        foreach (int status in (int[])[200, 400, 429, 503])
        {
            var error = ErrorReader.Read(status, input, "r");
            Demand(error.Message.Length is > 0 and < 10_000, $"The message of status {status} has {error.Message.Length} characters.");
            _ = ErrorReader.TryReadInputLimit(error, out _);
            _ = ErrorReader.LargestThinkingBudget(error);
            _ = ErrorReader.DemandsStreaming(error) || ErrorReader.LacksMedia(error) || ErrorReader.IsWrongEndpoint(error);
        }
    }
}
