using System.Management.Automation;
using QwenChat.Commands.Errors;
using QwenChat.Commands.SessionState;
using QwenChat.Model;

namespace QwenChat.Commands;

/// <summary>
/// The base class of cmdlets that wait for a service or a store. The pipeline thread waits for work on other threads, and writes the notices of this work
/// in order.
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

    private protected NoticeQueue Notices { get; }

    /// <summary>Canceled when the user, or the downstream pipeline, stops the command.</summary>
    private protected CancellationToken Cancellation => _stop.Token;

    /// <summary>Cancels the running work, so that none of it outlives the command.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        // The cancellation source is not disposed, because PowerShell may still be stopping the command on another thread. Without a timer, the source holds
        // no resources.
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
        // The process of a background job is killed when its script ends. Each command in a job therefore checkpoints the stores, instead of waiting for idle
        // time.
        _session = Host?.Name == "ServerRemoteHost" ? Session.Current : null;
        _holdsNotices = MayEnd("Warning") || MayEnd("Verbose") || MayEnd("Debug");
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Called on the pipeline thread when the thread is woken during a wait.</summary>
    private protected virtual void OnWake()
    {
    }

    /// <summary>Called before a notice is displayed, so that a partly written line of output can be ended.</summary>
    private protected virtual void OnNotice()
    {
    }

    /// <summary>Wakes the pipeline thread. Can be called from any thread.</summary>
    private protected void Wake() => _sleeper.Wake();

    /// <summary>Waits for a task on the pipeline thread.</summary>
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
            bool isInterrupted = true;
            try
            {
                while (!_sleeper.SleepToEnd())
                {
                    FlushNotices();
                    OnWake();
                }
                isInterrupted = false;
            }
            finally
            {
                // If a notice ends the command (-WarningAction Stop), or the command is stopped, no work may be left running.
                if (isInterrupted)
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
    /// Enumerates a source on the pipeline thread, one element at a time. The source is always disposed before this method returns or throws.
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
    /// Writes the pending notices, unless a notice could end the command (-WarningAction Stop). In that case, the notices are held until the result has been
    /// written, because a billed reply must not be lost.
    /// </summary>
    private protected void FlushNotices()
    {
        if (!_holdsNotices)
            WriteNotices();
    }

    /// <summary>Writes the pending notices, even if a notice could end the command.</summary>
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
                    WriteProgress(new ProgressRecord(0, text, $"{notice.Percent}%")
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

    /// <summary>Runs work whose failure ends the command. If -ErrorAction turns the failure into an error record, the command does nothing more.</summary>
    /// <param name="work">The work.</param>
    /// <param name="target">The object being processed, such as a message or an id.</param>
    private protected void Attempt(Action work, object? target = null) => Attempt(work, failure => End(failure, target));

    /// <summary>
    /// Runs work for one of many inputs. A failure is written as an error record, and the other inputs are still processed. If all other inputs would fail in
    /// the same way, the command ends.
    /// </summary>
    /// <param name="work">The work.</param>
    /// <param name="target">The object being processed, such as a message or an id.</param>
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

    /// <summary>Calls the base method with text that is safe to display, because names and ids may come from a service.</summary>
    private protected new bool ShouldProcess(string? target, string? action) => base.ShouldProcess(Safe(target), Safe(action));

    /// <inheritdoc cref="ShouldProcess(string, string)"/>
    private protected new bool ShouldProcess(string? verboseDescription, string? verboseWarning, string? caption) =>
        base.ShouldProcess(Safe(verboseDescription), Safe(verboseWarning), Safe(caption));

    private protected new void WriteWarning(string text) => base.WriteWarning(Safe(text));

    private protected new void WriteVerbose(string text) => base.WriteVerbose(Safe(text));

    private string Safe(string? text) => SafeText.Show(Notices.Redaction.Of(text ?? ""));

    /// <summary>Returns whether a failure of this kind would recur for every further input.</summary>
    private protected static bool FailsForAll(QwenErrorKind kind) =>
        kind is QwenErrorKind.BudgetExceeded or QwenErrorKind.AuthenticationFailed or QwenErrorKind.ApiKeyMissing;

    private protected virtual ErrorRecord RecordOf(QwenException failure, object? target) => ErrorRecords.RecordOf(failure, target, Notices.Redaction);

    // Writes no notices, because nothing may be written to a pipeline that is stopping.
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
    /// True if -Debug is specified without -Verbose. PowerShell would then ask whether to continue after every verbose message, so verbose messages are
    /// written as debug messages.
    /// </summary>
    private bool VerboseWouldAsk =>
        MyInvocation.BoundParameters.TryGetValue("Debug", out object? asked) && LanguagePrimitives.IsTrue(asked)
        && !MyInvocation.BoundParameters.ContainsKey("Verbose");

    // Writing to a stream can end the command if the preference is Stop, or if it is Inquire and the user answers no.
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
