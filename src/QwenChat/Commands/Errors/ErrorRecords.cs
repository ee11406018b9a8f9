using System.Management.Automation;
using QwenChat.Connection;

namespace QwenChat.Commands.Errors;

/// <summary>The one table that makes an error record of a failure: a fixed id, a category, and what to do next.</summary>
internal static class ErrorRecords
{
    /// <summary>The record of a failure.</summary>
    /// <param name="exception">What failed.</param>
    /// <param name="target">What it failed with: the message, the id, the file.</param>
    /// <param name="redaction">What it must not say; null: the credentials in addresses alone.</param>
    /// <param name="situation">Where the request went; null where it has to do with no address.</param>
    public static ErrorRecord RecordOf(QwenException exception, object? target, Redaction? redaction = null, ConnectionAdvice? situation = null)
    {
        redaction ??= Redaction.OfAddresses;
        exception = redaction.Of(exception);
        var row = RowOf(exception.Kind);
        string words = SafeText.Show(situation?.MessageOf(exception) ?? exception.Message);
        // What is refused before it is sent says by itself what to do. The service's words never do.
        bool needsAdvice = row.AdviseAlways || exception.Status is not null || exception.Code is not null;
        return new ErrorRecord(exception, row.Id, row.Category, redaction.OfTarget(target))
        {
            // The advice stands in the message alone: PowerShell's default view would print a RecommendedAction below it once more.
            ErrorDetails = new ErrorDetails(needsAdvice ? words + "\n" + AdviceOf(exception, row, situation) : words),
        };
    }

    private static string AdviceOf(QwenException exception, ErrorRow row, ConnectionAdvice? situation) => exception.RetryAfter > Http.RetryPolicy.Longest
        ? "Send again after that time; a higher -MaximumRetryCount does not help. The exception's RetryAfter has the wait."
        : situation?.For(exception.Kind) ?? row.Advice;

    /// <summary>The id, category and advice of a kind of failure.</summary>
    public static ErrorRow RowOf(QwenErrorKind kind) => kind switch
    {
        QwenErrorKind.ApiKeyMissing => new("QwenApiKeyMissing", ErrorCategory.AuthenticationError,
            "Give a key: Set-QwenConnection -ApiKey, $env:DASHSCOPE_API_KEY or $env:DASHSCOPE_API_KEY_FILE_PATH."),
        QwenErrorKind.AuthenticationFailed => new("QwenAuthenticationFailed", ErrorCategory.AuthenticationError,
            "A key belongs to one region, and a plan's key to the plan's own address. "
            + "Name the key's region (Set-QwenConnection -Region … -ApiKey …), or make a new key in that region's console."),
        QwenErrorKind.AccessDenied => new("QwenAccessDenied", ErrorCategory.PermissionDenied,
            "Activate the model in the region's console, or allow it to the key's workspace."),
        QwenErrorKind.ModelNotFound => new("QwenModelNotFound", ErrorCategory.ObjectNotFound,
            "Get-QwenModel lists the models this version knows and the APIs each speaks; not every region has every model."),
        QwenErrorKind.NotFound => new("QwenNotFound", ErrorCategory.ObjectNotFound,
            "Check the id. The service forgets responses and items after 7 days, and knows them only in the region and workspace where they were made."),
        QwenErrorKind.InvalidRequest => new("QwenInvalidRequest", ErrorCategory.InvalidArgument,
            "Change what the message names. Send-QwenMessage -Debug shows the request as it was sent."),
        QwenErrorKind.MutuallyExclusive => new("QwenMutuallyExclusive", ErrorCategory.InvalidArgument,
            "Give -PreviousResponseId or -ConversationId, not both."),
        QwenErrorKind.InvalidResponseId => new("QwenInvalidResponseId", ErrorCategory.InvalidArgument,
            "A response's id begins with resp_ or is a bare UUID: take the ResponseId of a reply. An id that begins with msg_ names one item."),
        QwenErrorKind.SingleTurn => new("QwenSingleTurn", ErrorCategory.InvalidOperation,
            "This model takes one turn. Begin a new conversation for the next message."),
        QwenErrorKind.MediaRefused => new("QwenMediaRefused", ErrorCategory.InvalidData,
            "Send a file of a type and size that the model takes."),
        QwenErrorKind.StateExpired => new("QwenStateExpired", ErrorCategory.ResourceUnavailable,
            "Send again without -NoRebuild: the conversation is then rebuilt from its transcript."),
        QwenErrorKind.ContextLengthExceeded => new("QwenContextLengthExceeded", ErrorCategory.LimitsExceeded,
            "Send less, let a policy leave out or summarise older turns (New-QwenContextPolicy), or use a model with a larger window (Get-QwenModel)."),
        QwenErrorKind.ContentFiltered => new("QwenContentFiltered", ErrorCategory.SecurityError,
            "The service's content inspection refused the text. Word it differently; the conversation is as it was before this message."),
        QwenErrorKind.BudgetExceeded => new("QwenBudgetExceeded", ErrorCategory.QuotaExceeded,
            "The limit was set with -CostLimit or -TokenLimit. Set a higher one if this is meant."),
        QwenErrorKind.RateLimited => new("QwenRateLimited", ErrorCategory.LimitsExceeded,
            "Too many requests or tokens for the account's quota; this passes within about a minute. Send fewer at a time, or set a higher "
                + "-MaximumRetryCount."),
        QwenErrorKind.Billing => new("QwenBilling", ErrorCategory.QuotaExceeded,
            "A matter of money: pay the bill, or allow paid use in the console. Trying again does not help."),
        QwenErrorKind.ServiceUnavailable => new("QwenServiceUnavailable", ErrorCategory.ResourceUnavailable,
            "The service failed. Try again later; if it goes on, name the request id (its exception's RequestId) to the service's support.", true),
        QwenErrorKind.Timeout => new("QwenTimeout", ErrorCategory.OperationTimeout,
            "Give it longer with the time-out that is named, in Set-QwenConnection. Long answers are better streamed (-Stream or -Show).", true),
        QwenErrorKind.ConnectionFailed => new("QwenConnectionFailed", ErrorCategory.ConnectionError,
            "Check the address (Get-QwenConnection), the network and the proxy.", true),
        QwenErrorKind.StreamBroken => new("QwenStreamBroken", ErrorCategory.ConnectionError,
            "The answer stopped before its end, and the conversation is as it was before this message. What had arrived is in the exception's "
            + "PartialReply. Send again.", true),
        QwenErrorKind.ProtocolError => new("QwenProtocolError", ErrorCategory.ProtocolError,
            "The answer is not one of the Qwen service. Check the address (Get-QwenConnection), and whether a proxy or a sign-in page answers in its place.",
                true),
        QwenErrorKind.StoreUnavailable => new("QwenStoreUnavailable", ErrorCategory.ResourceUnavailable,
            "Check the store's path or connection string, and that this account may write there."),
        QwenErrorKind.StoreIncompatible => new("QwenStoreIncompatible", ErrorCategory.InvalidData,
            "A newer version of QwenChat made this store. Update the module, or use another store."),
        QwenErrorKind.ImportInvalid => new("QwenImportInvalid", ErrorCategory.InvalidData,
            "Import reads the .json and .jsonl files that Export-QwenConversation writes."),
        QwenErrorKind.ToolFailed => new("QwenToolFailed", ErrorCategory.OperationStopped,
            "The exception's PartialReply has the calls and their errors (ToolCalls). Mend the tools, or describe their parameters (New-QwenTool)."),
        QwenErrorKind.ToolRefused => new("QwenToolRefused", ErrorCategory.PermissionDenied,
            "Allow what is meant to run: -ToolApproval Never, or New-QwenTool -Approval Never for single tools. See about_QwenTools."),
        QwenErrorKind.ToolRounds => new("QwenToolRounds", ErrorCategory.LimitsExceeded,
            "Set a higher -MaximumToolRounds, or ask for less at once. The exception's PartialReply has the calls that ran (ToolCalls)."),
        QwenErrorKind.SchemaMismatch => new("QwenSchemaMismatch", ErrorCategory.InvalidResult,
            "The conversation is as it was before this message, and the exception's PartialReply has the answer (Text). Describe the properties, let those "
            + "be null of which the model may know no value, set no -MaxOutputTokens, or use a model that is held to schemas (Get-QwenModel, "
            + "TakesJsonSchema).", true),
        QwenErrorKind.BatchNotRun => new("QwenBatchNotRun", ErrorCategory.OperationStopped,
            "What was not run costs nothing, and can be started again: Receive-QwenBatch -Failed | Start-QwenBatch."),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}

/// <summary>One row of the table of errors.</summary>
/// <param name="Id">The error's fixed id.</param>
/// <param name="Category">Its category.</param>
/// <param name="Advice">What to do next.</param>
/// <param name="AdviseAlways">Whether the advice is also for a failure that no answer of the service tells of.</param>
internal sealed record ErrorRow(string Id, ErrorCategory Category, string Advice, bool AdviseAlways = false);
