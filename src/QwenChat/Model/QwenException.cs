using QwenChat.Connection;
using QwenChat.Text;

namespace QwenChat;

/// <summary>The kind of failure of a <see cref="QwenException"/>. Each kind has one error id, <c>Qwen</c> followed by its name.</summary>
public enum QwenErrorKind
{
    /// <summary>No API key was specified.</summary>
    ApiKeyMissing,
    /// <summary>The service rejected the key (401).</summary>
    AuthenticationFailed,
    /// <summary>The key does not permit the operation (403).</summary>
    AccessDenied,
    /// <summary>The service does not know the model.</summary>
    ModelNotFound,
    /// <summary>A conversation, item or response does not exist.</summary>
    NotFound,
    /// <summary>An invalid request, rejected by the service (400) or before sending.</summary>
    InvalidRequest,
    /// <summary><c>previous_response_id</c> and <c>conversation</c> cannot be used together.</summary>
    MutuallyExclusive,
    /// <summary>An id that cannot be a response id.</summary>
    InvalidResponseId,
    /// <summary>A second turn for a model that supports only one turn.</summary>
    SingleTurn,
    /// <summary>A file or media part that cannot be sent.</summary>
    MediaRefused,
    /// <summary>The state on the service was deleted, and rebuilding it was disabled.</summary>
    StateExpired,
    /// <summary>The request is longer than the model's window.</summary>
    ContextLengthExceeded,
    /// <summary>The service's content inspection rejected input or output.</summary>
    ContentFiltered,
    /// <summary>A limit that the user set would be exceeded.</summary>
    BudgetExceeded,
    /// <summary>Too many requests or tokens were sent. The problem is temporary.</summary>
    RateLimited,
    /// <summary>A billing problem: an unpaid bill or an exhausted free quota.</summary>
    Billing,
    /// <summary>The service failed (5xx).</summary>
    ServiceUnavailable,
    /// <summary>A timeout expired; the message names the timeout.</summary>
    Timeout,
    /// <summary>Connecting failed.</summary>
    ConnectionFailed,
    /// <summary>The response ended without its end marker.</summary>
    StreamBroken,
    /// <summary>A response that cannot be parsed.</summary>
    ProtocolError,
    /// <summary>The store cannot be reached or written.</summary>
    StoreUnavailable,
    /// <summary>The store has a schema that this version does not support.</summary>
    StoreIncompatible,
    /// <summary>A file that cannot be imported.</summary>
    ImportInvalid,
    /// <summary>All tool calls of three consecutive rounds failed.</summary>
    ToolFailed,
    /// <summary>No tool call was allowed to run in three consecutive rounds.</summary>
    ToolRefused,
    /// <summary>The model still called tools after the maximum number of rounds.</summary>
    ToolRounds,
    /// <summary>An answer that does not match the requested schema.</summary>
    SchemaMismatch,
    /// <summary>A batch request that was not run, because the batch expired, was stopped or was not accepted.</summary>
    BatchNotRun,
}

/// <summary>The exception for every failure of a request or operation in QwenChat.</summary>
public sealed class QwenException : Exception
{
    /// <summary>Creates an exception.</summary>
    /// <param name="kind">The kind of failure.</param>
    /// <param name="message">The failure and the recommended action. Control characters are made visible, because the message often quotes a server.</param>
    /// <param name="innerException">The exception that caused this exception, if any.</param>
    public QwenException(QwenErrorKind kind, string message, Exception? innerException = null)
        : base(VisibleText.Of(message), innerException) => Kind = kind;

    /// <summary>The kind of failure.</summary>
    public QwenErrorKind Kind { get; }

    /// <summary>The HTTP status, or the status in the event stream of the service; null if there was no response.</summary>
    public int? Status { get; init; }

    /// <summary>The service's error code, unchanged; null if the service sent no code.</summary>
    public string? Code { get; init; }

    /// <summary>The service's request id, for support requests.</summary>
    public string? RequestId { get; init; }

    /// <summary>The base address of the server; null if the failure does not involve a request.</summary>
    public Uri? Address => Connection?.CompatibleUri ?? Connection?.BaseUri;

    /// <summary>True if the same request may succeed later.</summary>
    public bool Retryable { get; init; }

    /// <summary>The delay before the next request, from the <c>Retry-After</c> header; null if the response had no such header.</summary>
    public TimeSpan? RetryAfter { get; internal set; }

    /// <summary>The part of the reply that was received before the failure; null if nothing was received.</summary>
    public QwenReply? PartialReply { get; internal set; }

    /// <summary>Returns the same failure with secrets redacted. The inner exception is omitted, because it may also contain secrets.</summary>
    internal QwenException With(Redaction redaction) => Copy(redaction.Of(Message), redaction.OfNullable(Code), redaction.OfNullable(RequestId), null);

    internal QwenException WithMessage(string message) => Copy(message, Code, RequestId, InnerException);

    /// <summary>Returns the same failure with a sentence added to its message.</summary>
    internal QwenException WithMore(string sentence)
    {
        string message = Message.TrimEnd();
        return WithMessage(message + (message.Length == 0 || char.IsPunctuation(message[^1]) ? " " : ". ") + sentence);
    }

    private QwenException Copy(string message, string? code, string? requestId, Exception? innerException) => new(Kind, message, innerException)
    {
        Status = Status,
        Code = code,
        RequestId = requestId,
        Retryable = Retryable,
        PartialReply = PartialReply,
        Retry = Retry,
        MayHaveArrived = MayHaveArrived,
        IsOfConversation = IsOfConversation,
        TimeoutParameter = TimeoutParameter,
        IsAboutContent = IsAboutContent,
        RetryAfter = RetryAfter,
        Connection = Connection,
    };

    /// <summary>Returns the same failure with a different message and this exception as the cause.</summary>
    internal QwenException With(string message) => Copy(message, Code, RequestId, this);

    /// <summary>The connection of the request. The advice in an error message depends on the server, and on where the connection was specified.</summary>
    internal QwenConnection? Connection { get; set; }

    internal RetryAdvice Retry { get; init; }

    /// <summary>True if the service may have received and processed the request despite the failure.</summary>
    internal bool MayHaveArrived { get; init; }

    /// <summary>The parameter of the connection that sets the expired timeout; null for other failures.</summary>
    internal string? TimeoutParameter { get; init; }

    /// <summary>True for a limit of a single conversation, which does not affect other conversations.</summary>
    internal bool IsOfConversation { get; init; }

    /// <summary>
    /// True if the response was valid, but its content cannot be used. The error message then includes the recommended action, and advice about the
    /// address does not apply.
    /// </summary>
    internal bool IsAboutContent { get; init; }

    /// <summary>Creates the exception for a valid response whose content cannot be used.</summary>
    /// <param name="message">The failure and the recommended action.</param>
    internal static QwenException OfContent(string message) => new(QwenErrorKind.ProtocolError, message) { IsAboutContent = true };
}

/// <summary>The retry advice for an error (wire §12.2).</summary>
internal enum RetryAdvice
{
    /// <summary>Retrying cannot help.</summary>
    Never,
    /// <summary>One retry is worthwhile.</summary>
    Once,
    /// <summary>The problem is temporary; retry after a few seconds.</summary>
    Soon,
    /// <summary>A quota of tokens per minute is exhausted; delays begin at 15 s.</summary>
    Patiently,
}
