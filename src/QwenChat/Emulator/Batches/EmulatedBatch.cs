using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Batches;

/// <summary>
/// A batch on the service (wire §11.2). Its progress follows the emulator's clock: each access first runs the requests that are due.
/// </summary>
internal sealed class EmulatedBatch(BatchOrder order, Func<BatchLine, Task> run, FileStore files)
{
    // The fractions of the batch's duration after which its validation (Checked) and its last request (Ran) are complete.
    private const double Checked = 0.2, Ran = 0.9;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, DateTimeOffset?> _times = [];
    private List<BatchLine> _lines = [];
    private List<BatchFault> _faults = [];
    private string? _outputId, _errorId;
    private DateTimeOffset? _cancelledAt;
    private int _done;

    public string Id { get; } = "batch_" + Guid.NewGuid();

    public BatchOrder Order => order;

    public string Status { get; private set; } = "validating";

    public DateTimeOffset CreatedAt => order.CreatedAt;

    private bool HasEnded => Status is "completed" or "failed" or "expired" or "cancelled";

    private DateTimeOffset End => At(1);

    private DateTimeOffset ExpiresAt => order.CreatedAt + order.Window;

    /// <summary>Runs the requests that are due at a point in time, and updates the status.</summary>
    public async Task AdvanceAsync(DateTimeOffset now)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!HasEnded)
                await AdvanceAloneAsync(now).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Cancels the remaining requests. The results of completed requests are kept and billed (wire §11.2).</summary>
    /// <exception cref="ApiRefusal">The batch has ended. The status and the error message are assumed [A26].</exception>
    public async Task CancelAsync(DateTimeOffset now)
    {
        await AdvanceAsync(now).ConfigureAwait(false);
        if (HasEnded)
            throw new ApiRefusal(409, "invalid_request_error", $"Cannot cancel a batch with status '{Status}'.");
        _cancelledAt ??= now;
        Enter("cancelling", now);
    }

    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["object"] = "batch",
        ["endpoint"] = order.Endpoint,
        ["errors"] = _faults.Count == 0 ? null
            : new JsonObject { ["object"] = "list", ["data"] = new JsonArray(_faults.Select(fault => (JsonNode)fault.ToJson()).ToArray()) },
        ["input_file_id"] = order.Input.Id,
        ["completion_window"] = order.WindowText,
        ["status"] = Status,
        ["output_file_id"] = _outputId,
        ["error_file_id"] = _errorId,
        ["created_at"] = CreatedAt.ToUnixTimeSeconds(),
        ["in_progress_at"] = Time("in_progress"),
        ["expires_at"] = _times.ContainsKey("in_progress") ? ExpiresAt.ToUnixTimeSeconds() : null,
        ["finalizing_at"] = Time("finalizing"),
        ["completed_at"] = Time("completed"),
        ["failed_at"] = Time("failed"),
        ["expired_at"] = Time("expired"),
        ["cancelling_at"] = Time("cancelling"),
        ["cancelled_at"] = Time("cancelled"),
        ["request_counts"] = new JsonObject
        {
            ["total"] = _lines.Count,
            ["completed"] = _lines.Count(line => line.Result is not null && !line.HasFailed),
            ["failed"] = _lines.Count(line => line.HasFailed),
        },
        ["metadata"] = order.Metadata?.DeepClone(),
    };

    private async Task AdvanceAloneAsync(DateTimeOffset now)
    {
        if (_cancelledAt is null && now >= At(Checked))
            Check();
        if (HasEnded)
            return;
        if (_times.ContainsKey("in_progress"))
            await RunAsync(Earliest(now, _cancelledAt ?? now)).ConfigureAwait(false);
        if (_cancelledAt is { } cancelled)
        {
            if (now >= cancelled + order.Duration * (1 - Ran))
                EndAs("cancelled", cancelled + order.Duration * (1 - Ran));
        }
        else if (ExpiresAt < End && now >= ExpiresAt)
        {
            EndAs("expired", ExpiresAt);
        }
        else if (now >= End)
        {
            Enter("finalizing", At(Ran));
            EndAs("completed", End);
        }
        else if (now >= At(Ran))
        {
            Enter("finalizing", At(Ran));
        }
    }

    private void Check()
    {
        if (_times.ContainsKey("in_progress"))
            return;
        var input = order.Read();
        _lines = input.Faults.Count == 0 ? input.Lines : [];
        _faults = input.Faults;
        Enter(_faults.Count == 0 ? "in_progress" : "failed", At(Checked));
    }

    private async Task RunAsync(DateTimeOffset now)
    {
        var (from, to) = (At(Checked), At(Ran));
        double share = to > from ? (Earliest(now, ExpiresAt) - from) / (to - from) : 1;
        int due = (int)(_lines.Count * Math.Clamp(share, 0, 1));
        for (; _done < due; _done++)
            await run(_lines[_done]).ConfigureAwait(false);
    }

    private void EndAs(string status, DateTimeOffset at)
    {
        // It is not documented whether an expired batch returns the results of completed requests. A canceled batch returns them, so an expired batch is
        // assumed to return them too [A26].
        _outputId = Write(line => line.Result is not null && !line.HasFailed, "output");
        _errorId = Write(line => line.HasFailed, "error");
        Enter(status, at);
    }

    private string? Write(Func<BatchLine, bool> belongs, string name)
    {
        byte[] content = [.. _lines.Where(belongs).SelectMany(line => line.Result!.Append((byte)'\n'))];
        return content.Length == 0 ? null : files.Add($"{Id}_{name}.jsonl", FilePurpose.BatchOutput, content).Id;
    }

    private void Enter(string status, DateTimeOffset at)
    {
        Status = status;
        _times.TryAdd(status, at);
    }

    private long? Time(string status) => _times.GetValueOrDefault(status)?.ToUnixTimeSeconds();

    private DateTimeOffset At(double share) => order.CreatedAt + order.Duration * share;

    private static DateTimeOffset Earliest(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
