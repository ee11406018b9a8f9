using System.Collections.Concurrent;
using QwenChat.Cost;

namespace QwenChat.Batch;

/// <summary>What the batches that this process has started may use of its limits. It is given back when their results are counted.</summary>
internal static class BatchReservations
{
    private static readonly ConcurrentDictionary<string, IReadOnlyList<Reservation>> s_held = new(StringComparer.Ordinal);

    /// <summary>Reserves what a batch is expected to use.</summary>
    /// <exception cref="QwenException">It would pass a limit, or a limit of cost cannot be held.</exception>
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

    /// <summary>Holds what was reserved for a batch.</summary>
    public static void Hold(BatchRecord record, IReadOnlyList<Reservation> reserved) => s_held[record.Id] = reserved;

    /// <summary>Gives back what is reserved for a batch.</summary>
    public static void Release(BatchRecord record)
    {
        if (s_held.TryRemove(record.Id, out var reserved))
            CallBill.Release(reserved);
    }

    /// <summary>Counts what the results of a part used, once: when they have come.</summary>
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
