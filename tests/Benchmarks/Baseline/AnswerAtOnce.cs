using System.Net;

namespace QwenChat.Benchmarks;

/// <summary>Answers every request immediately and without a network, so that only the client itself is measured.</summary>
public sealed class AnswerAtOnce(byte[] body) : HttpMessageHandler
{
    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(body) });
}
