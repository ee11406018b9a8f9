using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace QwenChat.Tests.Faults;

/// <summary>A fake service that answers turns with the specified answers in order, and then repeats the last answer.</summary>
internal sealed class Wire(WireItems items, TimeProvider time) : HttpMessageHandler
{
    private readonly List<WireStream> _bodies = [];
    private IReadOnlyList<WireAnswer> _answers = [];

    public int Attempts { get; private set; }

    /// <summary>Whether the service adds a turn to its conversation object even if the answer to the turn fails.</summary>
    public bool CarriesOut { get; set; }

    /// <summary>The text of the answer that the service adds to its conversation object if <see cref="CarriesOut"/> is true.</summary>
    public string AnswerText { get; set; } = WireItems.AnswerText;

    /// <summary>The body of the last turn request.</summary>
    public byte[] LastBody { get; private set; } = [];

    public bool AllClosed => _bodies.TrueForAll(body => body.IsClosed);

    public long MostBytesRead => _bodies.Count == 0 ? 0 : _bodies.Max(body => body.BytesRead);

    public void Play(IReadOnlyList<WireAnswer> answers)
    {
        _answers = answers;
        _bodies.Clear();
        Attempts = 0;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        byte[] body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        if (request.RequestUri!.AbsolutePath.Contains("/conversations", StringComparison.Ordinal))
            return Answer(new WireAnswer(Encoding.UTF8.GetBytes(items.Answer(request.Method, request.RequestUri, body))) { ContentType = "application/json" });
        LastBody = body;
        var answer = _answers[Math.Min(Attempts++, _answers.Count - 1)];
        // The service does not process requests that it has rejected or that did not arrive.
        if (CarriesOut && answer.Start is not (WireStart.Refused or WireStart.NoConnection) && answer.Status is not (>= 400 and < 500))
            items.TakeTurn(body, AnswerText);
        switch (answer.Start)
        {
            case WireStart.Refused:
                throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused (127.0.0.1:1)");
            case WireStart.Broken:
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "The response ended prematurely.");
            case WireStart.NoConnection:
                throw new TaskCanceledException("A connection could not be established within the configured ConnectTimeout.", new TimeoutException());
            case WireStart.Silent:
                await WireStream.UntilGivenUp(cancellationToken);
                break;
        }
        return Answer(answer);
    }

    private HttpResponseMessage Answer(WireAnswer answer)
    {
        var body = new WireStream(answer, time);
        _bodies.Add(body);
        var response = new HttpResponseMessage((HttpStatusCode)answer.Status) { Content = new StreamContent(body) };
        response.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(answer.ContentType);
        foreach (var (name, value) in answer.Headers)
            response.Headers.TryAddWithoutValidation(name, value);
        return response;
    }
}
