namespace QwenChat.Emulator.Batches;

/// <summary>The purpose of a file: specified in the upload or, for results, set by the service.</summary>
internal static class FilePurpose
{
    /// <summary>The input of a batch.</summary>
    public const string Batch = "batch";

    /// <summary>The results of a batch.</summary>
    public const string BatchOutput = "batch_output";
}
