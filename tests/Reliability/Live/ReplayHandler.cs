using System.Net;

namespace QwenChat.Tests.Reliability.Live;

/// <summary>
/// Answers every request with the next recorded exchange that has the same method and path. Bodies are not compared, so that recordings remain usable
/// when requests change.
/// </summary>
public sealed class ReplayHandler(IReadOnlyList<Exchange> exchanges) : HttpMessageHandler
{
    private readonly List<Exchange> _left = [.. exchanges];

    /// <summary>The number of unused exchanges.</summary>
    public int Left => _left.Count;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string path = request.RequestUri!.PathAndQuery;
        var exchange = _left.Find(candidate => candidate.Method == request.Method.Method && candidate.Path == path)
            ?? throw new InvalidOperationException($"There is no unused recording of {request.Method} {path}.");
        _left.Remove(exchange);
        var response = new HttpResponseMessage((HttpStatusCode)exchange.Status) { Content = new ByteArrayContent(exchange.Body) };
        foreach (var (name, value) in exchange.Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, value))
                response.Content.Headers.TryAddWithoutValidation(name, value);
        }
        return Task.FromResult(response);
    }
}
