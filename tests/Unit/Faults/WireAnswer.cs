namespace QwenChat.Tests.Faults;

/// <summary>How an answer's body ends.</summary>
public enum WireEnd
{
    /// <summary>As HTTP should.</summary>
    Orderly,
    /// <summary>The connection breaks.</summary>
    Broken,
    /// <summary>Nothing more comes, and the connection stays open.</summary>
    Silent,
    /// <summary>Nothing more comes but <see cref="WireAnswer.Beat"/>, each second.</summary>
    Beating,
}

/// <summary>Failures before an answer's headers.</summary>
public enum WireStart
{
    Headers,
    /// <summary>No server listens.</summary>
    Refused,
    /// <summary>The connection breaks before the headers are whole.</summary>
    Broken,
    /// <summary>Nothing comes.</summary>
    Silent,
    /// <summary>Connecting times out.</summary>
    NoConnection,
}

/// <summary>One answer on the wire, with its fault.</summary>
internal sealed record WireAnswer(byte[] Body)
{
    public int Status { get; init; } = 200;

    public string ContentType { get; init; } = "text/event-stream";

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public WireStart Start { get; init; }

    public WireEnd End { get; init; }

    /// <summary>The data repeated at the end.</summary>
    public string Beat { get; init; } = ": ping\n\n";

    /// <summary>The highest number of bytes of one read.</summary>
    public int Chunk { get; init; } = int.MaxValue;

    /// <summary>A position in the body that no read crosses; 0 for none.</summary>
    public int Split { get; init; }
}
