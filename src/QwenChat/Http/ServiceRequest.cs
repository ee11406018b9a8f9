using QwenChat.Protocols;

namespace QwenChat.Http;

/// <summary>One request to the service. It may be sent several times: each attempt creates its own message from the same pieces.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Uri">The complete URI.</param>
internal sealed record ServiceRequest(HttpMethod Method, Uri Uri)
{
    /// <summary>The body; null for none.</summary>
    public ChatRequestBody? Body { get; init; }

    /// <summary>
    /// Creates the content of one attempt, instead of <see cref="Body"/>. The function calls its argument whenever a piece has been sent, because
    /// sending a large file may take longer than the first-byte timeout.
    /// </summary>
    public Func<Action, HttpContent>? Content { get; init; }

    /// <summary>True for a host other than the service, which receives neither the key nor the workspace id.</summary>
    public bool Anonymous { get; init; }

    /// <summary>Whether an event stream is requested.</summary>
    public bool Stream { get; init; }

    /// <summary>The model whose limits per minute apply to the request; null for none.</summary>
    public string? Model { get; init; }

    /// <summary>The first-byte timeout when the connection does not specify one; null to use the default: 300 s for a stream, 600 s otherwise.</summary>
    public TimeSpan? FirstByteTimeout { get; init; }

    /// <summary>The maximum size of the response in bytes; null for the size of the longest reply of a model.</summary>
    public long? MaximumAnswerBytes { get; init; }

    /// <summary>Additional headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>False when sending the request twice would process it twice; the request is then only retried when it cannot have arrived.</summary>
    public bool Repeatable { get; init; } = true;
}
