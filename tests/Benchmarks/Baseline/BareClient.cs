using System.Diagnostics;
using System.Text.Json;

namespace QwenChat.Benchmarks;

/// <summary>The baseline: the simplest client that reads the answer's text, with HttpClient, StreamReader and JsonDocument.</summary>
public sealed class BareClient : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, UseProxy = false });
    private readonly Uri _address;
    private readonly BareAnswer _answer;

    /// <param name="address">The address of the server.</param>
    /// <param name="api">ChatCompletions, DashScope or Responses.</param>
    public BareClient(Uri address, string api) => (_address, _answer) = (address, new BareAnswer(api));

    /// <summary>Sends a request, and returns the text of the whole answer.</summary>
    public string Turn(byte[] body) => TurnAsync(body).GetAwaiter().GetResult();

    /// <summary>Runs turns in concurrent loops. Each loop runs its turns sequentially.</summary>
    /// <param name="body">The body of every turn.</param>
    /// <param name="loops">The number of concurrent turns.</param>
    /// <param name="turns">The total number of turns.</param>
    public void Loops(byte[] body, int loops, int turns)
    {
        int next = 0;
        Task.WhenAll(Enumerable.Range(0, loops).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) <= turns)
                await TurnAsync(body).ConfigureAwait(false);
        }))).GetAwaiter().GetResult();
    }

    /// <summary>Reads a streamed answer, and returns the length of its text.</summary>
    public int Stream(byte[] body) => StreamAsync(body, untilText: false).GetAwaiter().GetResult().Length;

    /// <summary>Returns the time from sending the first delta to its arrival, in milliseconds. The delta's text must be a time stamp.</summary>
    public double FirstDelta(byte[] body) => StreamAsync(body, untilText: true).GetAwaiter().GetResult().SinceSent;

    /// <summary>Sends a body and ignores the answer.</summary>
    public void Write(byte[] body)
    {
        using var response = _http.PostAsync(_address, new ByteArrayContent(body)).GetAwaiter().GetResult();
    }

    private async Task<string> TurnAsync(byte[] body)
    {
        using var request = Request(body, stream: false);
        using var response = await _http.SendAsync(request).ConfigureAwait(false);
        using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false));
        return _answer.Text(json.RootElement);
    }

    private async Task<(int Length, double SinceSent)> StreamAsync(byte[] body, bool untilText)
    {
        using var request = Request(body, stream: true);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).ConfigureAwait(false);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync().ConfigureAwait(false));
        int length = 0;
        double sinceSent = 0;
        while (await lines.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            if (!line.StartsWith("data:", StringComparison.Ordinal) || line.EndsWith("[DONE]", StringComparison.Ordinal))
                continue;
            using var json = JsonDocument.Parse(line.AsMemory(5));
            if (_answer.Piece(json.RootElement) is not { Length: > 0 } piece)
                continue;
            if (untilText && length == 0)
                sinceSent = SinceSent(piece);
            length += piece.Length;
        }
        return (length, sinceSent);
    }

    /// <summary>Returns the age of the time stamp in a delta, in milliseconds.</summary>
    public static double SinceSent(string piece)
    {
        long now = Stopwatch.GetTimestamp();
        return Stopwatch.GetElapsedTime(long.Parse(piece, System.Globalization.CultureInfo.InvariantCulture), now).TotalMilliseconds;
    }

    private HttpRequestMessage Request(byte[] body, bool stream)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Headers.TryAddWithoutValidation("Accept", stream ? "text/event-stream" : "application/json");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer x");
        return request;
    }

    public void Dispose() => _http.Dispose();
}
