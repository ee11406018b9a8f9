namespace QwenChat.Emulator.Batches;

/// <summary>The purpose of a file. The client specifies it in the upload; for results, the service sets it.</summary>
internal static class FilePurpose
{
    public const string Batch = "batch";

    public const string BatchOutput = "batch_output";
}
