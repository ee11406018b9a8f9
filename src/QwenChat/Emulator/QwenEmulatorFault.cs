using System.Collections;
using QwenChat.Emulator.Http;

namespace QwenChat;

/// <summary>How a connection is cut.</summary>
public enum QwenEmulatorCut
{
    /// <summary>The connection is closed within the body: the client sees that bytes are missing.</summary>
    Close,

    /// <summary>The connection is reset.</summary>
    Reset,

    /// <summary>The HTTP message ends as it should, but what it carries does not: a stream without its own end marker, half a JSON body.</summary>
    Truncate,
}

/// <summary>
/// Something that goes wrong, for as many requests as <see cref="Times"/> says. Faults are used in the order they were added. Every
/// wait ends at once when the client hangs up or the emulator stops.
/// </summary>
public sealed record QwenEmulatorFault
{
    /// <summary>For how many requests.</summary>
    public int Times { get; init; } = 1;

    /// <summary>How many requests that the fault is meant for go well first.</summary>
    public int Skip { get; init; }

    /// <summary>Only for requests whose path contains this; null: for all.</summary>
    public string? Path { get; init; }

    /// <summary>Only for requests of this method; null: for all.</summary>
    public string? Method { get; init; }

    /// <summary>The status to answer instead of the real answer. Without a <see cref="Body"/> the service's own body for that status is sent.</summary>
    public int? Status { get; init; }

    /// <summary>The body to answer instead of the real answer, byte by byte what is sent.</summary>
    public string? Body { get; init; }

    /// <summary>The content type to claim, whatever the body is.</summary>
    public string? ContentType { get; init; }

    /// <summary>Headers to add, by their names: a hashtable, or a dictionary.</summary>
    public IDictionary? Headers { get; init; }

    /// <summary>An address to redirect to, with <see cref="Status"/> or 307.</summary>
    public string? RedirectTo { get; init; }

    /// <summary>
    /// True: the request is processed before it goes wrong, as when the answer is lost on its way; also before
    /// <see cref="DelayBeforeHeaders"/>. What answers otherwise is not processed at all.
    /// </summary>
    public bool AfterProcessing { get; init; }

    /// <summary>How long the first byte of the answer takes.</summary>
    public TimeSpan DelayBeforeHeaders { get; init; }

    /// <summary>How long the first byte of the body takes after the headers.</summary>
    public TimeSpan DelayAfterHeaders { get; init; }

    /// <summary>How long each event of a stream takes.</summary>
    public TimeSpan DelayBetweenEvents { get; init; }

    /// <summary>True: the connection stays open, and nothing comes.</summary>
    public bool NeverAnswer { get; init; }

    /// <summary>True: a stream that never ends.</summary>
    public bool EndlessEvents { get; init; }

    /// <summary>How the connection is cut where one of the following says that it is.</summary>
    public QwenEmulatorCut Cut { get; init; }

    /// <summary>True: cut before anything is answered.</summary>
    public bool CutBeforeHeaders { get; init; }

    /// <summary>True: cut in the middle of the headers.</summary>
    public bool CutInHeaders { get; init; }

    /// <summary>Cut after this many bytes of the body.</summary>
    public int? CutAfterBytes { get; init; }

    /// <summary>Cut after this many events of a stream.</summary>
    public int? CutAfterEvents { get; init; }

    /// <summary>A stream reports an error after this many events and ends.</summary>
    public int? ErrorAfterEvents { get; init; }

    /// <summary>The JSON of that error; null: the service's own words for <see cref="ErrorStatus"/>.</summary>
    public string? ErrorEvent { get; init; }

    /// <summary>The status within that error, where the API's framing names one.</summary>
    public int ErrorStatus { get; init; } = 500;

    /// <summary>The body is sent so many bytes at a time; 0: as it comes.</summary>
    public int ChunkBytes { get; init; }

    /// <summary>True: no space after <c>data:</c>, whatever the API does; false: one, whatever it does; null: as the API does.</summary>
    public bool? NoSpace { get; init; }

    /// <summary>The line end of a stream's events.</summary>
    public string LineEnd { get; init; } = "\n";

    /// <summary>True: the blank line between events is left out.</summary>
    public bool NoBlankLine { get; init; }

    /// <summary>True: the body is compressed.</summary>
    public bool Gzip { get; init; }

    /// <summary>
    /// True: what the service does when its own time is up while it answers at once: the answer so far, without a finish reason, under
    /// <c>x-dashscope-partialresponse: true</c> (qwen-api §1.5).
    /// </summary>
    public bool PartialResponse { get; init; }

    /// <summary>True when the real answer is not sent at all.</summary>
    internal bool ReplacesAnswer => Status is not null || Body is not null || RedirectTo is not null || NeverAnswer || CutBeforeHeaders;

    /// <summary>Refuses a fault that could never happen, or never as it says.</summary>
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
                FormattableString.Invariant($"A fault's {name} is {value}; it goes from {least}{(most == int.MaxValue ? " upwards" : $" to {most}")}."));
        }
    }

    internal bool Matches(HttpRequest request) =>
        (Path is null || request.Path.Contains(Path, StringComparison.OrdinalIgnoreCase)) &&
        (Method is null || request.Method.Equals(Method, StringComparison.OrdinalIgnoreCase));
}
