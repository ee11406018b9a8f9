namespace QwenChat.Tests.Faults;

/// <summary>The ways in which the body of an answer ends.</summary>
public enum WireEnd
{
    /// <summary>The body ends as required by HTTP.</summary>
    Orderly,
    /// <summary>The connection breaks.</summary>
    Broken,
    /// <summary>No more bytes arrive, and the connection stays open.</summary>
    Silent,
    /// <summary>Only <see cref="WireAnswer.Beat"/> arrives, once per second.</summary>
    Beating,
}

/// <summary>Failures before an answer's headers.</summary>
public enum WireStart
{
    Headers,
    /// <summary>No server listens.</summary>
    Refused,
    /// <summary>The connection breaks before the headers are complete.</summary>
    Broken,
    /// <summary>No bytes arrive.</summary>
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

    /// <summary>The data that is sent repeatedly at the end.</summary>
    public string Beat { get; init; } = ": ping\n\n";

    /// <summary>The maximum number of bytes that a read returns.</summary>
    public int Chunk { get; init; } = int.MaxValue;

    /// <summary>A position in the body at which a read always ends; 0 if there is none.</summary>
    public int Split { get; init; }
}
