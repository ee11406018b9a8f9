using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Turn;

namespace QwenChat.History;

/// <summary>
/// Continues a turn after its response was lost. The service may have processed the request. If the conversation object contains the reply, the reply is
/// read. Otherwise, the request is sent again.
/// </summary>
internal sealed class LostResponse(RemoteObject remote, QwenConnection connection, TimeProvider time, NoticeQueue notices)
{
    /// <summary>Waits, and then looks for the reply in the conversation object.</summary>
    /// <returns>The reply's items, or the plan for another attempt; null if no attempt is left.</returns>
    public async Task<TurnRecovery?> RecoverAsync(QwenException failure, WriteIntent intent, TurnPlan plan, IReadOnlyList<QwenItem> input,
        CancellationToken cancellation)
    {
        var held = remote.Held!;
        held.Record(intent = intent with { IsRefused = RetryPolicy.IsReportedByService(failure) });
        bool again = await RetryPolicy.WaitAsync(failure, plan.Attempts.Retries, connection.MaximumRetryCount, time, cancellation).ConfigureAwait(false);
        var (listing, found) = await remote.Look.LookForAsync(intent, cancellation).ConfigureAwait(false);
        var arrived = Array.ConvertAll(found, place => listing.Live[place]);
        if (arrived.Length > input.Count)
        {
            var now = time.GetUtcNow();
            for (int i = 0; i < input.Count; i++)
                held.Hold(input[i], arrived[i].Id, now);
            notices.Warn(
                $"The response was lost: {failure.Message} The service has the reply, so it was read from the conversation. The token usage of "
                    + "the reply is not known.");
            return new TurnRecovery(plan, arrived[input.Count..]);
        }
        if (arrived.Length > 0 && !held.IsAttached)
        {
            await remote.Look.DeleteInOrderAsync(held, arrived, cancellation).ConfigureAwait(false);
            held.Settle(intent.Id);
        }
        else if (arrived.Length > 0 || !intent.MayArrive(time.GetUtcNow()))
        {
            // The items found in an attached object may be from another client, so they are not deleted. The next reconciliation adds them to the
            // transcript.
            held.IsCertain = arrived.Length == 0;
            held.Settle(intent.Id);
        }
        else
        {
            held.Record(intent with { IsUnderWay = false, WasMissed = true });
        }
        return again ? new TurnRecovery(plan with { Attempts = plan.Attempts.Repeated() }, null) : null;
    }
}
