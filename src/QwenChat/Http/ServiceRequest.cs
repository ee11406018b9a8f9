using QwenChat.Protocols;

namespace QwenChat.Http;

/// <summary>One request to the service. It may be sent several times: each attempt makes its own message over the same pieces.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Uri">The whole address.</param>
internal sealed record ServiceRequest(HttpMethod Method, Uri Uri)
{
    /// <summary>The body; null for none.</summary>
    public ChatRequestBody? Body { get; init; }

    /// <summary>
    /// Instead of <see cref="Body"/>: makes the content of one attempt. It calls what it is given whenever a piece has gone out, because
    /// a large file may take longer to send than an answer may take to begin.
    /// </summary>
    public Func<Action, HttpContent>? Content { get; init; }

    /// <summary>True for another host than the service's: it gets neither the key nor the workspace.</summary>
    public bool Anonymous { get; init; }

    /// <summary>Whether an event stream is asked for.</summary>
    public bool Stream { get; init; }

    /// <summary>The model whose limits per minute the request counts for; null for none.</summary>
    public string? Model { get; init; }

    /// <summary>How long an answer may take to begin where the connection does not say; null: 300 s for a stream, else 600 s.</summary>
    public TimeSpan? FirstByteTimeout { get; init; }

    /// <summary>Further headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>False when sending it twice would do it twice; then it is only sent again when it cannot have arrived.</summary>
    public bool Repeatable { get; init; } = true;
}
