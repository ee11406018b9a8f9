namespace QwenChat.Batch;

/// <summary>Creates the errors for batch requests that have no result.</summary>
internal static class BatchFailure
{
    /// <summary>Returns the error for a request that is in neither result file.</summary>
    /// <param name="record">The batch.</param>
    /// <param name="part">The part that contains the request.</param>
    /// <param name="line">The line number of the request in the part's file, from 1.</param>
    public static QwenException Missing(BatchRecord record, BatchPart part, int line) => part.Status switch
    {
        BatchStatus.Expired => New("Expired", $"The completion window of the batch '{record.Name}' ({record.Window}) ended before this request was run."),
        BatchStatus.Cancelled => New("Cancelled", $"The batch '{record.Name}' was stopped before this request was run."),
        BatchStatus.Failed => Refused(record, part, line),
        _ => New("Missing", $"The batch '{record.Name}' has completed, but the service returned neither a result nor an error for this request."),
    };

    private static QwenException Refused(BatchRecord record, BatchPart part, int line)
    {
        if (part.Faults.FirstOrDefault(fault => fault.Line == line) is { } own)
            return New(own.Code ?? "Failed", $"The service rejected the batch '{record.Name}' because of this request: {own.Message}");
        var first = part.Faults.Count > 0 ? part.Faults[0] : null;
        string where = first?.Line is { } other ? $" because of line {other}" : "";
        string why = first is null ? "." : $": {first.Message}";
        return New(first?.Code ?? "Failed", $"The service rejected the batch '{record.Name}'{where}, so this request was not run{why}");
    }

    private static QwenException New(string code, string message) => new(QwenErrorKind.BatchNotRun, message) { Code = code };
}
