using System.Net;
using System.Text;

namespace QwenChat.Tests.Http;

/// <summary>A service whose lists consist of the specified pages. The last page is repeated.</summary>
internal sealed class ListingService(params string[] pages) : HttpMessageHandler
{
    private readonly object _gate = new();
    private int _next;
    private TimeSpan? _began;

    /// <summary>The requested paths and queries.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>The time of each request, relative to the first request.</summary>
    public List<TimeSpan> At { get; } = [];

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public HttpStatusCode Status { get; init; } = HttpStatusCode.OK;

    /// <summary>The suffix of the paths for which the service returns 404 (Not Found).</summary>
    public string Missing { get; init; } = "nothing";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var now = new TimeSpan(Time.GetUtcNow().Ticks);
            Asked.Add(request.RequestUri!.PathAndQuery);
            At.Add(now - (_began ??= now));
            bool isMissing = request.RequestUri.AbsolutePath.EndsWith(Missing, StringComparison.Ordinal);
            string body = isMissing ? "{}" : pages[Math.Min(_next++, pages.Length - 1)];
            return Task.FromResult(new HttpResponseMessage(isMissing ? HttpStatusCode.NotFound : Status)
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            });
        }
    }
}
