namespace QwenChat.Emulator.Batches;

/// <summary>What a file is for: what it is uploaded with, or, for results, what the service gives it.</summary>
internal static class FilePurpose
{
    /// <summary>The input of a batch.</summary>
    public const string Batch = "batch";

    /// <summary>The results of a batch.</summary>
    public const string BatchOutput = "batch_output";
}
