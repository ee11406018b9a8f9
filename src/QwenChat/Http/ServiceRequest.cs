using QwenChat.Protocols;

namespace QwenChat.Http;

/// <summary>A request to the service. The request may be sent several times; each attempt creates a new HTTP message from the same body.</summary>
internal sealed record ServiceRequest(HttpMethod Method, Uri Uri)
{
    public ChatRequestBody? Body { get; init; }

    /// <summary>
    /// Creates the content of one attempt, in place of <see cref="Body"/>. The content calls the specified action after it has sent a piece. Each call
    /// restarts the first-byte timeout, because sending a large file may take longer.
    /// </summary>
    public Func<Action, HttpContent>? Content { get; init; }

    /// <summary>True for a request to a host other than the service. The host then receives neither the key nor the workspace id.</summary>
    public bool Anonymous { get; init; }

    /// <summary>Whether an event stream is requested.</summary>
    public bool Stream { get; init; }

    /// <summary>The model whose limits per minute apply to the request; null if no limits apply.</summary>
    public string? Model { get; init; }

    /// <summary>The first-byte timeout if the connection specifies none; null for the default of 300 s for a stream and 600 s otherwise.</summary>
    public TimeSpan? FirstByteTimeout { get; init; }

    public ResponseLimit ResponseLimit { get; init; } = ResponseLimit.OfReplies;

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>
    /// False if sending the request twice would process it twice. If false, the request is retried only if it cannot have arrived.
    /// </summary>
    public bool Repeatable { get; init; } = true;
}
