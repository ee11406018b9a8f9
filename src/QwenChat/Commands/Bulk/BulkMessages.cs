using System.Diagnostics;
using System.Management.Automation;
using System.Runtime.ExceptionServices;
using QwenChat.Bulk;

namespace QwenChat.Commands.Bulk;

/// <summary>
/// Sends piped messages concurrently, and writes their replies. All output is written, and all tools run, on the pipeline thread.
/// </summary>
internal sealed class BulkMessages
{
    private readonly BulkReport _report;
    private readonly BulkPipeline<BulkMessage, QwenReply> _pipeline;
    private readonly BulkProgress _progress;
    private readonly CancellationToken _cancellation;
    private int _count;
    private bool _hasAllInput;

    public BulkMessages(PSCmdlet command, BulkOptions options, Action<Task> wait, BulkReport report, CancellationToken cancellation)
    {
        (_report, _cancellation) = (report, cancellation);
        _progress = new BulkProgress("Sending messages", command.WriteProgress, TimeProvider.System);
        _pipeline = new BulkPipeline<BulkMessage, QwenReply>(options with { IsShortage = IsLimit }, wait, Take, cancellation);
    }

    /// <summary>Counts an input.</summary>
    /// <returns>The index of the input, from 0.</returns>
    public int Next() => _count++;

    /// <summary>Counts an input that was not sent because of an error.</summary>
    public void Refuse() => _progress.Fail();

    /// <summary>Waits until the concurrency limit allows another request, and then sends the message. Writes the results that arrive during the wait.</summary>
    /// <param name="message">The message.</param>
    /// <param name="key">Messages with the same key are sent sequentially.</param>
    public void Add(BulkMessage message, object? key) => _pipeline.Add(message, key, () => RunAsync(message));

    /// <summary>Writes all remaining replies.</summary>
    public void Finish()
    {
        _hasAllInput = true;
        _pipeline.Finish();
        _progress.Complete();
    }

    /// <summary>After cancellation, waits until no request is running.</summary>
    public void End() => _pipeline.End();

    private static bool IsLimit(Exception failure) => failure is QwenException { Kind: QwenErrorKind.BudgetExceeded, IsOfConversation: false };

    private static bool FailsForAll(QwenException failure) =>
        IsLimit(failure) || failure.Kind is QwenErrorKind.AuthenticationFailed or QwenErrorKind.ApiKeyMissing;

    private async Task<QwenReply> RunAsync(BulkMessage message)
    {
        QwenReply? reply = null;
        await foreach (var delta in message.Sent.RunAsync(message.Notices, _cancellation).ConfigureAwait(false))
        {
            if (delta.Run is { } run)
                await _pipeline.CallAsync(() => message.Sent.Tools.Answer(run, static _ => { }, _cancellation)).ConfigureAwait(false);
            if (delta.Draft is { } draft)
                await _pipeline.CallAsync(() => message.Sent.Tools.Answer(draft)).ConfigureAwait(false);
            reply = delta.Reply ?? reply;
        }
        return reply ?? throw new UnreachableException("A turn ended without a reply.");
    }

    private void Take(BulkOutcome<BulkMessage, QwenReply> outcome)
    {
        var message = outcome.Item;
        if (outcome.Result is { } reply)
        {
            _progress.Succeed(reply.Cost, reply.Currency);
            _report.Notify(message);
            _report.Write(BulkInput.Mark(reply, message.Index, message.Input));
        }
        else if (outcome.Failure is QwenException failure)
        {
            _progress.Fail();
            Fail(message, failure);
        }
        else if (outcome.Failure is OperationCanceledException && _cancellation.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        else if (outcome.Failure is { } unexpected)
        {
            ExceptionDispatchInfo.Throw(unexpected);
        }
        _progress.Show(_pipeline.UnderWay, _hasAllInput);
    }

    private void Fail(BulkMessage message, QwenException failure)
    {
        _report.Notify(message);
        if (!FailsForAll(failure))
        {
            _report.WriteError(message, failure);
            return;
        }
        _pipeline.EndWith(() =>
        {
            _progress.Complete();
            _report.Stop(message, failure);
        });
    }
}
