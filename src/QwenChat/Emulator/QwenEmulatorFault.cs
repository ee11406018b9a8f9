using System.Collections;
using QwenChat.Emulator.Http;

namespace QwenChat;

/// <summary>The ways to cut a connection.</summary>
public enum QwenEmulatorCut
{
    /// <summary>The connection is closed within the body: the client detects missing bytes.</summary>
    Close,

    /// <summary>The connection is reset.</summary>
    Reset,

    /// <summary>The HTTP message ends normally, but its content is incomplete: a stream without its end marker, half a JSON body.</summary>
    Truncate,
}

/// <summary>
/// A fault to simulate for the number of requests in <see cref="Times"/>. Faults are used in the order in which they were added. Every
/// delay ends immediately when the client disconnects or the emulator stops.
/// </summary>
public sealed record QwenEmulatorFault
{
    /// <summary>The number of requests to affect.</summary>
    public int Times { get; init; } = 1;

    /// <summary>The number of matching requests that succeed first.</summary>
    public int Skip { get; init; }

    /// <summary>A string in the path of the requests to affect; null for all.</summary>
    public string? Path { get; init; }

    /// <summary>The method of the requests to affect; null for all.</summary>
    public string? Method { get; init; }

    /// <summary>The status to return instead of the real response. Without a <see cref="Body"/>, the service's body for that status is sent.</summary>
    public int? Status { get; init; }

    /// <summary>The body to return instead of the real response, sent byte for byte.</summary>
    public string? Body { get; init; }

    /// <summary>The content type to report, regardless of the body.</summary>
    public string? ContentType { get; init; }

    /// <summary>The headers to add, by name: a hashtable, or a dictionary.</summary>
    public IDictionary? Headers { get; init; }

    /// <summary>The URL to redirect to, with <see cref="Status"/> or 307.</summary>
    public string? RedirectTo { get; init; }

    /// <summary>
    /// True if the request is processed before it fails, as when the response is lost in transit, and before
    /// <see cref="DelayBeforeHeaders"/>. A request whose response is replaced is not processed at all.
    /// </summary>
    public bool AfterProcessing { get; init; }

    /// <summary>The delay before the first byte of the response.</summary>
    public TimeSpan DelayBeforeHeaders { get; init; }

    /// <summary>The delay between the headers and the first byte of the body.</summary>
    public TimeSpan DelayAfterHeaders { get; init; }

    /// <summary>The delay before each event of a stream.</summary>
    public TimeSpan DelayBetweenEvents { get; init; }

    /// <summary>True if the connection stays open without a response.</summary>
    public bool NeverAnswer { get; init; }

    /// <summary>True if the stream never ends.</summary>
    public bool EndlessEvents { get; init; }

    /// <summary>The way to cut the connection, if one of the following properties requests a cut.</summary>
    public QwenEmulatorCut Cut { get; init; }

    /// <summary>True to cut before any response.</summary>
    public bool CutBeforeHeaders { get; init; }

    /// <summary>True to cut in the middle of the headers.</summary>
    public bool CutInHeaders { get; init; }

    /// <summary>The number of bytes of the body to send before the cut.</summary>
    public int? CutAfterBytes { get; init; }

    /// <summary>The number of events of a stream to send before the cut.</summary>
    public int? CutAfterEvents { get; init; }

    /// <summary>The number of events to send before the stream reports an error and ends.</summary>
    public int? ErrorAfterEvents { get; init; }

    /// <summary>The JSON of the error sent after <see cref="ErrorAfterEvents"/>; null for the service's error for <see cref="ErrorStatus"/>.</summary>
    public string? ErrorEvent { get; init; }

    /// <summary>The status of the error sent after <see cref="ErrorAfterEvents"/>, if the API's event format includes one.</summary>
    public int ErrorStatus { get; init; } = 500;

    /// <summary>The number of bytes of the body to send at a time; 0 to send them without splitting.</summary>
    public int ChunkBytes { get; init; }

    /// <summary>The space after <c>data:</c>: true for none, false for one; null for the API's own format.</summary>
    public bool? NoSpace { get; init; }

    /// <summary>The line end of a stream's events.</summary>
    public string LineEnd { get; init; } = "\n";

    /// <summary>True to omit the blank line between events.</summary>
    public bool NoBlankLine { get; init; }

    /// <summary>True to compress the body.</summary>
    public bool Gzip { get; init; }

    /// <summary>
    /// True to simulate, without a delay, that the service times out during an answer: it sends the answer so far, without a finish reason and with
    /// <c>x-dashscope-partialresponse: true</c> (wire §1.5).
    /// </summary>
    public bool PartialResponse { get; init; }

    /// <summary>True if the real response is not sent at all.</summary>
    internal bool ReplacesAnswer => Status is not null || Body is not null || RedirectTo is not null || NeverAnswer || CutBeforeHeaders;

    /// <summary>Rejects a fault that could never occur, or has contradictory members.</summary>
    /// <exception cref="QwenException">A member is outside its range.</exception>
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
        Range(nameof(DelayBeforeHeaders), DelayBeforeHeaders.TotalMilliseconds, 0, int.MaxValue);
        Range(nameof(DelayAfterHeaders), DelayAfterHeaders.TotalMilliseconds, 0, int.MaxValue);
        Range(nameof(DelayBetweenEvents), DelayBetweenEvents.TotalMilliseconds, 0, int.MaxValue);
    }

    private static void Range(string name, double value, int least, int most)
    {
        if (value < least || value > most)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                FormattableString.Invariant($"The {name} of a fault is {value}; it must be {least}{(most == int.MaxValue ? " or more" : $" to {most}")}."));
        }
    }

    internal bool Matches(HttpRequest request) =>
        (Path is null || request.Path.Contains(Path, StringComparison.OrdinalIgnoreCase)) &&
        (Method is null || request.Method.Equals(Method, StringComparison.OrdinalIgnoreCase));
}
