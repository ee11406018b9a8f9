using System.Management.Automation;
using QwenChat.Commands.Errors;
using QwenChat.Commands.SessionState;
using QwenChat.Model;

namespace QwenChat.Commands;

/// <summary>
/// What every cmdlet has that waits for a service or a store: one cancellation source that a stop cancels, and waiting on the pipeline
/// thread for what runs elsewhere, while the notices that come from there are written in their order.
/// </summary>
public abstract class StoppableCommand : PSCmdlet, IDisposable
{
    private readonly PipelineWait _sleeper = new();
    private readonly CancellationTokenSource _stop = new();
    private bool _wantsVerbose;
    private Session? _session;
    private bool _hasEnded;
    private bool _holdsNotices;
    private int _attempts;

    private protected StoppableCommand() => Notices = new NoticeQueue(Wake);

    /// <summary>What the layers below have to tell the user.</summary>
    private protected NoticeQueue Notices { get; }

    /// <summary>Cancelled when the user, or the pipeline downstream, stops the command.</summary>
    private protected CancellationToken Cancellation => _stop.Token;

    /// <summary>Stops what is under way. Nothing of it outlives the command.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        // Cancelled and not disposed of: PowerShell may still be stopping the command on another thread, and a source without
        // timer and wait handle holds nothing.
        if (disposing)
            _stop.Cancel();
        if (disposing && _session is not null)
            _session.SettleStores();
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        Notices.WantsDebug = AsksFor("Debug");
        _wantsVerbose = AsksFor("Verbose");
        Notices.WantsVerbose = _wantsVerbose || Notices.WantsDebug;
        // The process of a background job is killed when its script has ended, and has no time for what happens when it is idle.
        _session = Host?.Name == "ServerRemoteHost" ? Session.Current : null;
        _holdsNotices = MayEnd("Warning") || MayEnd("Verbose") || MayEnd("Debug");
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Called on the pipeline thread when something woke it while it waits.</summary>
    private protected virtual void OnWake()
    {
    }

    /// <summary>Called before a notice is displayed: what is being displayed is to end its line.</summary>
    private protected virtual void OnNotice()
    {
    }

    /// <summary>Ends a sleep on the pipeline thread, from any other one.</summary>
    private protected void Wake() => _sleeper.Wake();

    /// <summary>Waits on the pipeline thread.</summary>
    /// <exception cref="PipelineStoppedException">The command was stopped.</exception>
    private protected T Wait<T>(Task<T> task) => Wait(new ValueTask<T>(task));

    /// <inheritdoc cref="Wait{T}(Task{T})"/>
    private protected void Wait(Task task) => Wait(AsValue(task));

    /// <inheritdoc cref="Wait{T}(Task{T})"/>
    private protected T Wait<T>(ValueTask<T> task)
    {
        var awaiter = task.ConfigureAwait(false).GetAwaiter();
        if (!awaiter.IsCompleted)
        {
            _sleeper.Await(awaiter);
            bool left = true;
            try
            {
                while (!_sleeper.SleepToEnd())
                {
                    FlushNotices();
                    OnWake();
                }
                left = false;
            }
            finally
            {
                // A notice that ended the command (-WarningAction Stop, a stop) must not leave work behind it.
                if (left)
                {
                    _stop.Cancel();
                    while (!_sleeper.SleepToEnd())
                        continue;
                }
            }
        }
        FlushNotices();
        try
        {
            return awaiter.GetResult();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>
    /// Takes what comes, one by one, on the pipeline thread. Whatever ends it (the end, a stop, a downstream command that has enough, an
    /// exception), the source has been disposed of when this returns.
    /// </summary>
    private protected void Drain<T>(IAsyncEnumerable<T> source, Action<T> take)
    {
        var enumerator = source.GetAsyncEnumerator(Cancellation);
        try
        {
            while (Wait(enumerator.MoveNextAsync()))
                take(enumerator.Current);
        }
        finally
        {
            Finish(enumerator.DisposeAsync());
        }
        FlushNotices();
    }

    /// <summary>
    /// Writes what the layers below had to say so far. Where a notice would end the command (-WarningAction Stop) it waits until the result is written:
    /// a reply that was paid for must not be lost to a warning.
    /// </summary>
    private protected void FlushNotices()
    {
        if (!_holdsNotices)
            WriteNotices();
    }

    /// <summary>Writes the notices, whatever comes of it.</summary>
    private protected void WriteNotices()
    {
        while (Notices.TryTake(out var notice))
        {
            string text = SafeText.Show(notice.Text);
            if (notice.Level == NoticeLevel.Warning || notice.Level == NoticeLevel.Verbose && (_wantsVerbose || VerboseWouldAsk)
                || notice.Level == NoticeLevel.Debug)
                OnNotice();
            switch (notice.Level)
            {
                case NoticeLevel.Warning:
                    WriteWarning(text);
                    break;
                case NoticeLevel.Verbose when !VerboseWouldAsk:
                    WriteVerbose(text);
                    break;
                case NoticeLevel.Progress:
                    WriteProgress(new ProgressRecord(0, text, $"{notice.Percent} %")
                    {
                        PercentComplete = notice.Percent,
                        RecordType = notice.Percent >= 100 ? ProgressRecordType.Completed : ProgressRecordType.Processing,
                    });
                    break;
                default:
                    WriteDebug(text);
                    break;
            }
        }
    }

    /// <summary>Does something whose failure ends the command; after one that -ErrorAction made an error record, nothing more is done.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="target">What it is done with: the message, the id.</param>
    private protected void Attempt(Action work, object? target = null) => Attempt(work, failure => End(failure, target));

    /// <summary>
    /// Does something for one of many: its failure is one error record, and the others go on, unless all of them would fail in the same way.
    /// </summary>
    /// <param name="work">What to do.</param>
    /// <param name="target">What it is done with: the message, the id.</param>
    private protected void AttemptOne(Action work, object? target = null) => Attempt(work, failure =>
    {
        if (!FailsForAll(failure.Kind))
            WriteError(RecordOf(failure, target));
        else if (MyInvocation.ExpectingInput)
            ThrowTerminatingError(RecordOf(failure, target));
        else
            End(failure, target);
    });

    private void Attempt(Action work, Action<QwenException> report)
    {
        if (_hasEnded)
            return;
        _attempts++;
        try
        {
            work();
        }
        catch (QwenException e)
        {
            FlushNotices();
            report(e);
        }
        finally
        {
            _attempts--;
        }
        if (_attempts == 0)
            WriteNotices();
    }

    private void End(QwenException failure, object? target)
    {
        TerminatingError.With(this, RecordOf(failure, target));
        _hasEnded = true;
    }

    /// <summary>Asks as PowerShell does, in words that are safe to display: names and ids come from a service too.</summary>
    private protected new bool ShouldProcess(string? target, string? action) => base.ShouldProcess(Told(target), Told(action));

    /// <inheritdoc cref="ShouldProcess(string, string)"/>
    private protected new bool ShouldProcess(string? verboseDescription, string? verboseWarning, string? caption) =>
        base.ShouldProcess(Told(verboseDescription), Told(verboseWarning), Told(caption));

    /// <summary>Writes a warning in words that are safe to display.</summary>
    private protected new void WriteWarning(string text) => base.WriteWarning(Told(text));

    /// <summary>Writes a verbose text in words that are safe to display.</summary>
    private protected new void WriteVerbose(string text) => base.WriteVerbose(Told(text));

    private string Told(string? text) => SafeText.Show(Notices.Redaction.Of(text ?? ""));

    /// <summary>Makes the error record of a failure.</summary>
    private protected virtual ErrorRecord RecordOf(QwenException failure, object? target) => ErrorRecords.RecordOf(failure, target, Notices.Redaction);

    // A limit that is reached and a key that is refused are the same for every record to come.
    private static bool FailsForAll(QwenErrorKind kind) =>
        kind is QwenErrorKind.BudgetExceeded or QwenErrorKind.AuthenticationFailed or QwenErrorKind.ApiKeyMissing;

    // Without notices: nothing may be written to a pipeline that is being left.
    private void Finish(ValueTask task)
    {
        var awaiter = task.ConfigureAwait(false).GetAwaiter();
        if (!awaiter.IsCompleted)
        {
            _sleeper.Await(awaiter);
            while (!_sleeper.SleepToEnd())
                continue;
        }
        awaiter.GetResult();
    }

    /// <summary>
    /// With -Debug alone PowerShell asks at every verbose text whether to go on, and where nobody can answer it fails. Such texts are debug texts
    /// then.
    /// </summary>
    private bool VerboseWouldAsk =>
        MyInvocation.BoundParameters.TryGetValue("Debug", out object? asked) && LanguagePrimitives.IsTrue(asked)
        && !MyInvocation.BoundParameters.ContainsKey("Verbose");

    /// <summary>Whether writing to a stream may end the command: its preference is Stop, or Inquire, to which the answer may be no.</summary>
    private bool MayEnd(string stream)
    {
        object? preference = MyInvocation.BoundParameters.TryGetValue(stream + "Action", out object? given) ? given : GetVariableValue(stream + "Preference");
        return preference?.ToString() is { } name
            && (name.Equals("Stop", StringComparison.OrdinalIgnoreCase) || name.Equals("Inquire", StringComparison.OrdinalIgnoreCase));
    }

    private bool AsksFor(string stream) =>
        MyInvocation.BoundParameters.TryGetValue(stream, out object? asked)
            ? LanguagePrimitives.IsTrue(asked)
            : GetVariableValue(stream + "Preference") is { } preference
            && !string.Equals(preference.ToString(), "SilentlyContinue", StringComparison.OrdinalIgnoreCase);

    private static async ValueTask<bool> AsValue(Task task)
    {
        await task.ConfigureAwait(false);
        return true;
    }
}
