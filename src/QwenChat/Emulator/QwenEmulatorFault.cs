using System.Collections;
using QwenChat.Emulator.Http;

namespace QwenChat;

/// <summary>The ways in which a connection can be cut.</summary>
public enum QwenEmulatorCut
{
    /// <summary>The connection is closed in the middle of the body, so that the client detects missing bytes.</summary>
    Close,

    /// <summary>The connection is reset.</summary>
    Reset,

    /// <summary>The HTTP message ends normally, but its content is incomplete, such as a stream without its end marker, or half of a JSON body.</summary>
    Truncate,
}

/// <summary>
/// A fault to simulate. Pending faults are used in the order in which they were added. All delays end immediately when the client disconnects or the
/// emulator stops.
/// </summary>
public sealed record QwenEmulatorFault
{
    /// <summary>The number of requests to affect.</summary>
    public int Times { get; init; } = 1;

    /// <summary>The number of matching requests to process normally before the fault occurs.</summary>
    public int Skip { get; init; }

    /// <summary>A string that the path of an affected request must contain; null for all paths.</summary>
    public string? Path { get; init; }

    /// <summary>The HTTP method of the requests to affect; null for all methods.</summary>
    public string? Method { get; init; }

    /// <summary>The status to return instead of the real response. If <see cref="Body"/> is null, the service's body for that status is returned.</summary>
    public int? Status { get; init; }

    /// <summary>The body to return instead of the real response, sent byte for byte.</summary>
    public string? Body { get; init; }

    /// <summary>The content type to report, which need not match the body.</summary>
    public string? ContentType { get; init; }

    /// <summary>The headers to add, by name, as a hashtable or another dictionary.</summary>
    public IDictionary? Headers { get; init; }

    /// <summary>The URL to redirect to. The status is <see cref="Status"/>, or 307 if no status is specified.</summary>
    public string? RedirectTo { get; init; }

    /// <summary>
    /// True to process the request before the fault occurs and before <see cref="DelayBeforeHeaders"/>, as if the response were lost in transit. If false, a
    /// request whose response is replaced by the fault is not processed.
    /// </summary>
    public bool AfterProcessing { get; init; }

    /// <summary>The delay before the first byte of the response.</summary>
    public TimeSpan DelayBeforeHeaders { get; init; }

    /// <summary>The delay between the headers and the first byte of the body.</summary>
    public TimeSpan DelayAfterHeaders { get; init; }

    /// <summary>The delay between the events of a stream.</summary>
    public TimeSpan DelayBetweenEvents { get; init; }

    /// <summary>True to keep the connection open without sending a response.</summary>
    public bool NeverAnswer { get; init; }

    /// <summary>True to repeat the first text event of a stream, so that the stream never ends.</summary>
    public bool EndlessEvents { get; init; }

    /// <summary>The kind of cut, if a property such as <see cref="CutAfterBytes"/> specifies that the connection is cut.</summary>
    public QwenEmulatorCut Cut { get; init; }

    /// <summary>True to cut the connection before any response is sent.</summary>
    public bool CutBeforeHeaders { get; init; }

    /// <summary>True to cut the connection in the middle of the headers.</summary>
    public bool CutInHeaders { get; init; }

    /// <summary>The number of bytes of the body to send before the connection is cut.</summary>
    public int? CutAfterBytes { get; init; }

    /// <summary>The number of stream events to send before the connection is cut.</summary>
    public int? CutAfterEvents { get; init; }

    /// <summary>The number of stream events to send before the stream reports an error and ends.</summary>
    public int? ErrorAfterEvents { get; init; }

    /// <summary>The JSON of the error for <see cref="ErrorAfterEvents"/>; null to use the service's error for <see cref="ErrorStatus"/>.</summary>
    public string? ErrorEvent { get; init; }

    /// <summary>The status of the error for <see cref="ErrorAfterEvents"/>, if the API's event format includes a status.</summary>
    public int ErrorStatus { get; init; } = 500;

    /// <summary>The number of bytes of the body to send at a time; 0 to send the body without splitting it.</summary>
    public int ChunkBytes { get; init; }

    /// <summary>Whether to omit the space after <c>data:</c>; null to use the format of the API.</summary>
    public bool? NoSpace { get; init; }

    /// <summary>The line break in stream events.</summary>
    public string LineEnd { get; init; } = "\n";

    /// <summary>True to omit the blank line between events.</summary>
    public bool NoBlankLine { get; init; }

    /// <summary>True to compress the body.</summary>
    public bool Gzip { get; init; }

    /// <summary>
    /// True to simulate that the service times out during an answer. There is no actual delay. The answer so far is sent without a finish reason, and with
    /// the header <c>x-dashscope-partialresponse: true</c> (wire §1.5).
    /// </summary>
    public bool PartialResponse { get; init; }

    /// <summary>True if the real response is not sent.</summary>
    internal bool ReplacesAnswer => Status is not null || Body is not null || RedirectTo is not null || NeverAnswer || CutBeforeHeaders;

    internal void Check()
    {
        Range(nameof(Times), Times, 1, int.MaxValue);
        Range(nameof(Skip), Skip, 0, int.MaxValue);
        Range(nameof(Status), Status ?? 200, 200, 599);
        Range(nameof(ErrorStatus), ErrorStatus, 200, 599);
        Range(nameof(CutAfterBytes), CutAfterBytes ?? 0, 0, int.MaxValue);
        Range(nameof(CutAfterEvents), CutAfterEvents ?? 0, 0, int.MaxValue);
        Range(nameof(ErrorAfterEvents), ErrorAfterEvents ?? 0, 0, int.MaxValue);
        Range(nameof(ChunkBytes), ChunkBytes, 0, int.MaxValue);
        Range(nameof(DelayBeforeHeaders), DelayBeforeHeaders);
        Range(nameof(DelayAfterHeaders), DelayAfterHeaders);
        Range(nameof(DelayBetweenEvents), DelayBetweenEvents);
    }

    private static void Range(string name, double value, int least, int most)
    {
        if (value < least || value > most)
        {
            string allowed = most == int.MaxValue ? $"of at least {least}" : $"from {least} to {most}";
            throw new QwenException(QwenErrorKind.InvalidRequest,
                FormattableString.Invariant($"The {name} of a fault cannot be {value}. Specify a value {allowed}."));
        }
    }

    private static void Range(string name, TimeSpan delay)
    {
        if (delay < TimeSpan.Zero || delay.TotalMilliseconds > int.MaxValue)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                FormattableString.Invariant($"The {name} of a fault cannot be {delay}. Specify a time span from 0 to 24 days."));
        }
    }

    internal bool Matches(HttpRequest request) =>
        (Path is null || request.Path.Contains(Path, StringComparison.OrdinalIgnoreCase)) &&
        (Method is null || request.Method.Equals(Method, StringComparison.OrdinalIgnoreCase));
}
