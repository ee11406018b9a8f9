using System.Net.Sockets;

namespace QwenChat.Http;

/// <summary>Makes the module's own exceptions of those of the network.</summary>
internal static class TransportFailure
{
    /// <summary>Says in the module's own terms what went wrong on the way; null when the exception is to stay as it is (a stop by the caller).</summary>
    public static QwenException? Translate(Exception failure, Watchdog watchdog)
    {
        switch (failure)
        {
            case OperationCanceledException { InnerException: TimeoutException } connectTimeout when watchdog.Explain(connectTimeout) is null
            && !watchdog.Token.IsCancellationRequested:
                return Watchdog.TimedOut("No connection came about in time.", Watchdog.ConnectionPhase, connectTimeout);
            case OperationCanceledException cancelled:
                return watchdog.Explain(cancelled);
            case HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } tls:
                return new QwenException(QwenErrorKind.ConnectionFailed,
                    $"No secure connection: {Innermost(tls)} Check the address and this machine's certificates and clock.", tls);
            case HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } name:
                return new QwenException(QwenErrorKind.ConnectionFailed, $"No such host: {Innermost(name)}", name) { Retryable = true,
                    Retry = RetryAdvice.Once };
            case HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse } broken:
                return new QwenException(QwenErrorKind.ConnectionFailed, $"The connection broke before the answer's headers were whole: {Innermost(broken)}",
                    broken)
                { Retryable = true, Retry = RetryAdvice.Soon, MayHaveArrived = true };
            case HttpRequestException or IOException or SocketException:
                return new QwenException(QwenErrorKind.ConnectionFailed, $"No connection: {Innermost(failure)}", failure)
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
