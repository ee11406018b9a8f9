using System.Collections.Concurrent;
using QwenChat.Cost;

namespace QwenChat.Batch;

/// <summary>Reserves the estimated usage of batches that this process has started, and counts the usage of batch results.</summary>
internal static class BatchReservations
{
    private static readonly ConcurrentDictionary<string, IReadOnlyList<Reservation>> s_held = new(StringComparer.Ordinal);

    /// <exception cref="QwenException">The batch would exceed a limit, or a cost limit cannot be enforced.</exception>
    public static IReadOnlyList<Reservation> Reserve(Forecast forecast, IReadOnlyList<Budget> budgets)
    {
        var reserved = new List<Reservation>();
        try
        {
            foreach (var budget in budgets)
            {
                if (budget.ReserveUnpaced(forecast) is { } reservation)
                    reserved.Add(reservation);
            }
            return reserved;
        }
        catch
        {
            CallBill.Release(reserved);
            throw;
        }
    }

    public static void Hold(BatchRecord record, IReadOnlyList<Reservation> reserved) => s_held[record.Id] = reserved;

    public static void Release(BatchRecord record)
    {
        if (s_held.TryRemove(record.Id, out var reserved))
            CallBill.Release(reserved);
    }

    /// <summary>Counts the usage of a part's results. Called once for each part, when its results are received.</summary>
    public static void Count(BatchRecord record, BatchResults results, QwenConnection connection, IReadOnlyList<Budget> budgets)
    {
        // The test model is free.
        if (record.IsRehearsal)
            return;
        var terms = new BillingTerms(record.Model, connection.PriceRegion, ExplicitCache: false) { IsBatch = true };
        foreach (var usage in results.Usages())
        {
            var entry = LedgerEntry.OfBatch(usage, terms);
            foreach (var budget in budgets)
                budget.Ledger.Add(entry);
        }
    }
}
