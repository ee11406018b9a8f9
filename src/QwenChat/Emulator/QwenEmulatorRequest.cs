using System.Text;
using QwenChat.Emulator.Http;

namespace QwenChat;

/// <summary>A request in an emulator's request log.</summary>
public sealed class QwenEmulatorRequest
{
    private readonly HttpRequest _request;
    private volatile int _status;
    private volatile bool _aborted;

    internal QwenEmulatorRequest(HttpRequest request, string api, DateTimeOffset receivedAt)
    {
        _request = request;
        Api = api;
        ReceivedAt = receivedAt;
    }

    /// <summary>The HTTP method.</summary>
    public string Method => _request.Method;

    /// <summary>The path, without the query.</summary>
    public string Path => _request.Path;

    /// <summary>The query, unchanged; empty if there is none.</summary>
    public string Query => _request.Query;

    /// <summary>
    /// <c>Responses</c>, <c>Conversations</c> (also for a response in a conversation), <c>ChatCompletions</c>, <c>DashScope</c>,
    /// <c>Embeddings</c>, <c>Uploads</c>, <c>Files</c>, <c>Batches</c>; empty for a URL that the service does not have.
    /// </summary>
    public string Api { get; }

    /// <summary>The body as received; decoded on every access.</summary>
    public string Body => Encoding.UTF8.GetString(_request.Body);

    /// <summary>The status of the response; null while there is none, or if the connection was cut before it.</summary>
    public int? Status => _status == 0 ? null : _status;

    /// <summary>The time when the request was complete, on the emulator's clock, UTC.</summary>
    public DateTimeOffset ReceivedAt { get; }

    /// <summary>True if the client disconnected before the response was complete, or the emulator was stopped.</summary>
    public bool Aborted => _aborted;

    internal HttpRequest Http => _request;

    internal byte[] BodyBytes => _request.Body;

    /// <summary>Returns the request header with that name; null if there is none.</summary>
    internal string? Header(string name) => _request.Header(name);

    internal void SetStatus(int status) => _status = status;

    internal void SetAborted() => _aborted = true;

    /// <summary>Returns the first line of the request, with its status.</summary>
    /// <returns>A short form for lists.</returns>
    public override string ToString() =>
        $"{Method} {Path} {(Aborted ? "aborted" : Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "…")}";
}
