using System.Text;

namespace QwenChat.Tests.Reliability.Live;

/// <summary>Records every exchange without the key. Streams are copied as they are read.</summary>
/// <param name="inner">The handler that sends the requests.</param>
/// <param name="keys">The keys that must not be recorded.</param>
public sealed class RecordingHandler(HttpMessageHandler inner, IReadOnlyList<string> keys) : DelegatingHandler(inner)
{
    // The recorded headers. Other headers are not needed for a replay, and some identify the account's owner.
    private static readonly string[] s_kept =
        ["content-type", "accept", "x-dashscope-sse", "x-dashscope-session-cache", "x-dashscope-ossresourceresolve", "x-request-id", "x-dashscope-finished",
        "x-dashscope-timeout", "x-dashscope-partialresponse", "retry-after"];

    private readonly List<Exchange> _exchanges = [];

    /// <summary>The current conversation.</summary>
    public string Scenario { get; set; } = "none";

    public IReadOnlyList<Exchange> Exchanges => _exchanges;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        byte[] body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var response = await base.SendAsync(request, cancellationToken);
        int place = _exchanges.Count;
        _exchanges.Add(new Exchange
        {
            Scenario = Scenario,
            Method = request.Method.Method,
            Path = WithoutKeys(request.RequestUri!.PathAndQuery),
            RequestHeaders = Kept(request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? [])),
            RequestBody = WithoutKeys(body),
            Status = (int)response.StatusCode,
            Headers = Kept(response.Headers.Concat(response.Content.Headers)),
            Body = [],
            At = DateTimeOffset.UtcNow,
        });
        var copy = new CopyingStream(await response.Content.ReadAsStreamAsync(cancellationToken),
            read => _exchanges[place] = _exchanges[place] with { Body = WithoutKeys(read) });
        var content = new StreamContent(copy);
        foreach (var (name, values) in response.Content.Headers)
            content.Headers.TryAddWithoutValidation(name, values);
        response.Content = content;
        return response;
    }

    private (string, string)[] Kept(IEnumerable<KeyValuePair<string, IEnumerable<string>>> headers) =>
        headers.Where(header => s_kept.Contains(header.Key.ToLowerInvariant()))
        .Select(header => (header.Key.ToLowerInvariant(), WithoutKeys(string.Join(", ", header.Value)))).ToArray();

    private string WithoutKeys(string text) => keys.Aggregate(text, (rest, key) => rest.Replace(key, "(key)", StringComparison.Ordinal));

    private byte[] WithoutKeys(byte[] body) =>
        keys.Any(key => body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(key)) >= 0) ? Encoding.UTF8.GetBytes(WithoutKeys(Encoding.UTF8.GetString(body))) : body;
}
