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

    /// <summary>The query, unchanged; empty if the request has no query.</summary>
    public string Query => _request.Query;

    /// <summary>
    /// The API: <c>Responses</c>, <c>Conversations</c> (including responses in a conversation), <c>ChatCompletions</c>, <c>DashScope</c>,
    /// <c>Embeddings</c>, <c>Models</c>, <c>Uploads</c>, <c>Files</c> or <c>Batches</c>; empty if the service does not have the URL.
    /// </summary>
    public string Api { get; }

    /// <summary>The body as received. It is decoded on every access.</summary>
    public string Body => Encoding.UTF8.GetString(_request.Body);

    /// <summary>The status of the response; null if no response has been sent, for example because the connection was cut.</summary>
    public int? Status => _status == 0 ? null : _status;

    /// <summary>The time when the complete request was received, on the emulator's clock, in UTC.</summary>
    public DateTimeOffset ReceivedAt { get; }

    /// <summary>True if the client disconnected or the emulator stopped before the response was complete.</summary>
    public bool Aborted => _aborted;

    internal HttpRequest Http => _request;

    internal byte[] BodyBytes => _request.Body;

    internal string? Header(string name) => _request.Header(name);

    internal void SetStatus(int status) => _status = status;

    internal void SetAborted() => _aborted = true;

    /// <summary>Returns the method, the path and the status.</summary>
    /// <returns>A short form for lists.</returns>
    public override string ToString() =>
        $"{Method} {Path} {(Aborted ? "aborted" : Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "…")}";
}
