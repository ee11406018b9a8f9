using System.Security.Cryptography;
using System.Text;
using QwenChat.Emulator.Http;

namespace QwenChat.Emulator;

/// <summary>The emulated service: authentication, endpoints, faults, and the request log.</summary>
internal sealed class EmulatorService
{
    private readonly QwenEmulatorOptions _options;
    private readonly byte[] _key;
    private readonly Routes _routes;
    private readonly EmulatedModels _models;
    private readonly List<QwenEmulatorRequest> _requests = [];
    private int _active;

    public EmulatorService(QwenEmulatorOptions options, string key)
    {
        _options = options;
        _key = Encoding.ASCII.GetBytes(key);
        Clock = new EmulatorClock(options.TimeProvider);
        _models = new EmulatedModels(options.AnyModel);
        _routes = new Routes(options, Clock, () => Address!);
    }

    public EmulatorClock Clock { get; }

    public FaultQueue Faults { get; } = new();

    public Uri? Address { get; set; }

    public int ActiveRequests => Volatile.Read(ref _active);

    public IReadOnlyList<QwenEmulatorRequest> Requests
    {
        get
        {
            lock (_requests)
                return _requests.ToArray();
        }
    }

    public async Task AnswerAsync(HttpExchange exchange)
    {
        var request = exchange.Request;
        var route = _routes.Find(request);
        var entry = new QwenEmulatorRequest(request, route.Api, Clock.Now);
        Interlocked.Increment(ref _active);
        exchange.Finishing = () => Interlocked.Decrement(ref _active);
        lock (_requests)
            _requests.Add(entry);
        try
        {
            await AnswerAsync(exchange, route, entry).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException or OperationCanceledException)
        {
            exchange.HangUp();
        }
        finally
        {
            if (exchange.Aborted)
                entry.SetAborted();
            exchange.Finish();
        }
    }

    public static Task RefuseAsync(HttpExchange exchange, HttpMalformedException malformed)
    {
        string requestId = Guid.NewGuid().ToString();
        string code = malformed.Status == 413 ? "BadRequest.TooLarge" : "BadRequest.IllegalInput";
        var answer = BodyAnswer.Json(malformed.Status, ErrorWriter.Flat(code, malformed.Message, requestId));
        return new AnswerWriter(exchange, new QwenEmulatorFault(), TimeSpan.Zero, requestId).WriteAsync(answer, _ => { });
    }

    private async Task AnswerAsync(HttpExchange exchange, Route route, QwenEmulatorRequest entry)
    {
        string requestId = Guid.NewGuid().ToString();
        // The service never processes a request without a valid key, so such a request does not use up a pending fault.
        if (route.NeedsKey && KeyRefusal(exchange.Request, route.Errors) is { } refusal)
        {
            var body = BodyAnswer.Json(refusal.Status, ErrorWriter.Of(refusal, route.Errors, requestId));
            await new AnswerWriter(exchange, new QwenEmulatorFault(), TimeSpan.Zero, requestId).WriteAsync(body, entry.SetStatus).ConfigureAwait(false);
            return;
        }
        var fault = Faults.Take(exchange.Request);
        var gone = exchange.Gone;
        if (!fault.AfterProcessing)
            await Task.Delay(fault.DelayBeforeHeaders, gone).ConfigureAwait(false);
        EmulatedAnswer? answer = null;
        if (!fault.ReplacesAnswer || fault.AfterProcessing)
        {
            answer = await ProcessAsync(new ApiCall(exchange.Request, requestId, _models, gone) { Partial = fault.PartialResponse }, route)
                .ConfigureAwait(false);
            if (fault.ReplacesAnswer && answer is EventAnswer { Events: var events })
            {
                foreach (var _ in events)
                    gone.ThrowIfCancellationRequested();
            }
        }
        if (fault.AfterProcessing)
            await Task.Delay(fault.DelayBeforeHeaders, gone).ConfigureAwait(false);
        if (fault.NeverAnswer)
            await Task.Delay(Timeout.InfiniteTimeSpan, gone).ConfigureAwait(false);
        if (fault.CutBeforeHeaders)
            throw new HttpCutException(fault.Cut);
        answer = AnswerWriter.Replacement(fault, route.Errors, requestId) ?? answer!;
        await new AnswerWriter(exchange, fault, _options.DelayBetweenEvents, requestId).WriteAsync(answer, entry.SetStatus).ConfigureAwait(false);
    }

    private static async Task<EmulatedAnswer> ProcessAsync(ApiCall call, Route route)
    {
        try
        {
            return await route.Answer(call).ConfigureAwait(false);
        }
        catch (ApiRefusal refusal)
        {
            return BodyAnswer.Json(refusal.Status, ErrorWriter.Of(refusal, route.Errors, call.RequestId));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Any other exception is a bug in the emulator. The client receives an error in the service's format, and its message names the emulator.
            var failure = new ApiRefusal(500, "InternalError", "The emulator itself failed: " + exception);
            return BodyAnswer.Json(500, ErrorWriter.Of(failure, route.Errors, call.RequestId));
        }
    }

    private ApiRefusal? KeyRefusal(HttpRequest request, ErrorForm errors)
    {
        const string scheme = "Bearer ";
        string? given = request.Header("authorization");
        if (given is null || !given.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) || given.Length == scheme.Length)
            return new ApiRefusal(401, errors == ErrorForm.Nested ? "invalid_api_key" : "InvalidApiKey", "No API-key provided.");
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(given[scheme.Length..].Trim()), _key) ? null : ErrorWriter.Standard(401, errors);
    }
}
