using System.Net.Sockets;

namespace QwenChat.Http;

/// <summary>Translates network exceptions to <see cref="QwenException"/>.</summary>
internal static class TransportFailure
{
    /// <summary>Translates a network exception. Returns null for any other exception, or if the caller canceled.</summary>
    public static QwenException? Translate(Exception failure, Watchdog watchdog, TimeSpan connecting)
    {
        switch (failure)
        {
            case OperationCanceledException { InnerException: TimeoutException } connectTimeout when watchdog.Explain(connectTimeout) is null
            && !watchdog.Token.IsCancellationRequested:
                return Watchdog.TimedOut($"Connecting timed out after {Watchdog.Seconds(connecting)}.", Watchdog.ConnectionPhase, connectTimeout);
            case OperationCanceledException cancelled:
                return watchdog.Explain(cancelled);
            case HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } tls:
                return new QwenException(QwenErrorKind.ConnectionFailed,
                    $"A secure connection could not be established: {Innermost(tls)} Check the address and this machine's certificates and clock.", tls);
            case HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } name:
                return new QwenException(QwenErrorKind.ConnectionFailed, $"The host name could not be resolved: {Innermost(name)}", name) { Retryable = true,
                    Retry = RetryAdvice.Once };
            case HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse } broken:
                return new QwenException(QwenErrorKind.ConnectionFailed,
                    $"The connection was interrupted before the response headers were complete: {Innermost(broken)}", broken)
                { Retryable = true, Retry = RetryAdvice.Soon, MayHaveArrived = true };
            case HttpRequestException or IOException or SocketException:
                return new QwenException(QwenErrorKind.ConnectionFailed, $"The connection failed: {Innermost(failure)}", failure)
                {
                    Retryable = true,
                    Retry = RetryAdvice.Soon,
                    MayHaveArrived = failure is not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError },
                };
            default:
                return null;
        }
    }

    private static string Innermost(Exception failure)
    {
        string message = failure.GetBaseException().Message.Trim();
        return message.EndsWith('.') ? message : message + ".";
    }
}
