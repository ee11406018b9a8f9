namespace QwenChat.Batch;

/// <summary>The events that follow the first event, <c>prepared</c>, in a journal.</summary>
internal static class BatchStep
{
    /// <summary>The upload of a part is about to begin.</summary>
    public const string Uploading = "uploading";

    /// <summary>The request file of a part is on the service.</summary>
    public const string Uploaded = "uploaded";

    /// <summary>The batch of a part is about to be created.</summary>
    public const string Creating = "creating";

    /// <summary>The batch of a part exists on the service.</summary>
    public const string Created = "created";

    /// <summary>A part has a final status.</summary>
    public const string Ended = "ended";

    /// <summary>The results of a part have been saved to disk.</summary>
    public const string Received = "received";
}
