using System.Net;
using System.Text;
using QwenChat.Http;

namespace QwenChat.Tests.Faults;

/// <summary>A fake service that answers every request with one function and records the requests.</summary>
internal sealed class ScriptedService(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    public List<(HttpMethod Method, Uri Address)> Requests { get; } = [];

    public static HttpResponseMessage Answer(string body, int status = 200, string type = "application/json", params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, type) };
        foreach (var (name, value) in headers)
            response.Headers.TryAddWithoutValidation(name, value);
        return response;
    }

    public Transport Over(QwenConnection connection) => new(connection, this, TimeProvider.System, new Random(1));

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (Requests)
            Requests.Add((request.Method, request.RequestUri!));
        return Task.FromResult(answer(request));
    }
}
