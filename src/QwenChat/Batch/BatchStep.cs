namespace QwenChat.Batch;

/// <summary>The steps that a journal tells of, besides the first, <c>prepared</c>.</summary>
internal static class BatchStep
{
    /// <summary>The upload of a part begins.</summary>
    public const string Uploading = "uploading";

    /// <summary>The file of a part is at the service.</summary>
    public const string Uploaded = "uploaded";

    /// <summary>The batch of a part is about to be ordered.</summary>
    public const string Creating = "creating";

    /// <summary>The batch of a part is at the service.</summary>
    public const string Created = "created";

    /// <summary>Nothing more happens to a part at the service.</summary>
    public const string Ended = "ended";

    /// <summary>The results of a part are on the disk.</summary>
    public const string Received = "received";
}
