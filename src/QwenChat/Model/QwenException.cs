using QwenChat.Connection;
using QwenChat.Text;

namespace QwenChat;

/// <summary>What kind of failure a <see cref="QwenException"/> is. Each kind has one error id, <c>Qwen</c> + its name.</summary>
public enum QwenErrorKind
{
    /// <summary>No API key was given.</summary>
    ApiKeyMissing,
    /// <summary>The service refused the key (401).</summary>
    AuthenticationFailed,
    /// <summary>The key may not use this (403).</summary>
    AccessDenied,
    /// <summary>The service does not know the model.</summary>
    ModelNotFound,
    /// <summary>A conversation, item or response that is not there.</summary>
    NotFound,
    /// <summary>A request that is wrong: refused by the service (400) or before it was sent.</summary>
    InvalidRequest,
    /// <summary><c>previous_response_id</c> and <c>conversation</c> together.</summary>
    MutuallyExclusive,
    /// <summary>An id that cannot be a response id.</summary>
    InvalidResponseId,
    /// <summary>A second turn for a model that allows a single one.</summary>
    SingleTurn,
    /// <summary>A file or media part that cannot be sent.</summary>
    MediaRefused,
    /// <summary>Server state that is gone and was not to be rebuilt.</summary>
    StateExpired,
    /// <summary>The request is longer than the model's window.</summary>
    ContextLengthExceeded,
    /// <summary>The service's content inspection refused input or output.</summary>
    ContentFiltered,
    /// <summary>A limit that the user set would be passed.</summary>
    BudgetExceeded,
    /// <summary>Too many requests or tokens; passes by itself.</summary>
    RateLimited,
    /// <summary>A matter of money: an unpaid bill, a used-up free quota.</summary>
    Billing,
    /// <summary>The service failed (5xx).</summary>
    ServiceUnavailable,
    /// <summary>A time-out; the message names which.</summary>
    Timeout,
    /// <summary>No connection.</summary>
    ConnectionFailed,
    /// <summary>The answer ended before its end marker.</summary>
    StreamBroken,
    /// <summary>An answer that cannot be read.</summary>
    ProtocolError,
    /// <summary>The store cannot be reached or written.</summary>
    StoreUnavailable,
    /// <summary>The store has a schema this version does not know.</summary>
    StoreIncompatible,
    /// <summary>A file that cannot be imported.</summary>
    ImportInvalid,
    /// <summary>Tools failed round after round.</summary>
    ToolFailed,
    /// <summary>No tool was allowed to run, round after round.</summary>
    ToolRefused,
    /// <summary>The model still called tools after the most rounds.</summary>
    ToolRounds,
    /// <summary>An answer that does not fit the schema which was asked for.</summary>
    SchemaMismatch,
}

/// <summary>The one exception that QwenChat throws for a failure of a request or of what was asked for.</summary>
public sealed class QwenException : Exception
{
    /// <summary>Makes an exception of one kind.</summary>
    /// <param name="kind">What failed.</param>
    /// <param name="message">What happened and what to do about it. Control characters in it are made visible: it often quotes a server.</param>
    /// <param name="innerException">The cause, if another exception is it.</param>
    public QwenException(QwenErrorKind kind, string message, Exception? innerException = null)
        : base(VisibleText.Of(message), innerException) => Kind = kind;

    /// <summary>What kind of failure this is.</summary>
    public QwenErrorKind Kind { get; }

    /// <summary>The HTTP status, or the one the service put into its event stream; null when no answer came.</summary>
    public int? Status { get; init; }

    /// <summary>The service's error code, as it came; null when it gave none.</summary>
    public string? Code { get; init; }

    /// <summary>The service's request id, for its support.</summary>
    public string? RequestId { get; init; }

    /// <summary>The address that the request went to, or was to go to; null where the failure has to do with none.</summary>
    public Uri? Address => Connection?.CompatibleUri ?? Connection?.BaseUri;

    /// <summary>True when the same request may succeed later.</summary>
    public bool Retryable { get; init; }

    /// <summary>The wait that the service asks for before the next request, from its <c>Retry-After</c>; null when it asks for none.</summary>
    public TimeSpan? RetryAfter { get; internal set; }

    /// <summary>The text that had arrived before the failure; null when none had.</summary>
    public QwenReply? PartialReply { get; internal set; }

    /// <summary>The same failure in words without secrets. What caused it is left out: it may hold them too.</summary>
    internal QwenException With(Redaction redaction) => Copy(redaction.Of(Message), redaction.OfNullable(Code), redaction.OfNullable(RequestId), null);

    /// <summary>The same failure with another message.</summary>
    internal QwenException WithMessage(string message) => Copy(message, Code, RequestId, InnerException);

    /// <summary>The same failure with a sentence behind its message.</summary>
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
        RetryAfter = RetryAfter,
        Connection = Connection,
    };

    /// <summary>The same failure in other words.</summary>
    internal QwenException With(string message) => Copy(message, Code, RequestId, this);

    /// <summary>The connection that was used; what can be done depends on whose server it leads to, and on who keeps it.</summary>
    internal QwenConnection? Connection { get; set; }

    /// <summary>How often and how patiently to try again; set where the service's error was read.</summary>
    internal RetryAdvice Retry { get; init; }

    /// <summary>True when the request may have reached the service all the same, and been carried out.</summary>
    internal bool MayHaveArrived { get; init; }

    /// <summary>True for a limit of the conversation's own, which says nothing of other conversations.</summary>
    internal bool IsOfConversation { get; init; }
}

/// <summary>What an error says about trying the same request again (qwen-api §12.2).</summary>
internal enum RetryAdvice
{
    /// <summary>Trying again cannot help.</summary>
    Never,
    /// <summary>Worth one more try.</summary>
    Once,
    /// <summary>Passes by itself within seconds.</summary>
    Soon,
    /// <summary>A token quota per minute; the waits begin at 15 s.</summary>
    Patiently,
}
