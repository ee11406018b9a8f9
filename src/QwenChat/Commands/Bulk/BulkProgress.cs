using System.Globalization;
using System.Management.Automation;

namespace QwenChat.Commands.Bulk;

/// <summary>Counts the results of a bulk run, and displays the progress at intervals.</summary>
internal sealed class BulkProgress(string activity, Action<ProgressRecord> write, TimeProvider time)
{
    /// <summary>The minimum interval between two updates. Writing progress for every result would take longer than producing the result.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private const int ActivityId = 1;

    private readonly long _began = time.GetTimestamp();
    private readonly SortedDictionary<string, decimal> _costs = new(StringComparer.Ordinal);
    private TimeSpan _shown;
    private bool _hasShown;
    private long _done;
    private long _failed;

    public void Succeed(decimal? cost = null, string? currency = null)
    {
        _done++;
        if (cost is { } amount && currency is not null)
            _costs[currency] = _costs.GetValueOrDefault(currency) + amount;
    }

    public void Fail() => _failed++;

    /// <summary>Displays the progress if the minimum interval has passed.</summary>
    /// <param name="underWay">The number of started inputs whose outcome has not been handled.</param>
    /// <param name="hasAllInput">True if all inputs have been started. Only then can the remaining time be estimated.</param>
    public void Show(long underWay, bool hasAllInput)
    {
        var elapsed = time.GetElapsedTime(_began);
        if (elapsed - _shown < Interval)
            return;
        _shown = elapsed;
        _hasShown = true;
        long ended = _done + _failed;
        double rate = ended / elapsed.TotalSeconds;
        write(new ProgressRecord(ActivityId, activity, Status(underWay, rate))
        {
            PercentComplete = hasAllInput ? (int)(100 * ended / Math.Max(1, ended + underWay)) : -1,
            SecondsRemaining = hasAllInput && rate > 0 ? (int)Math.Ceiling(underWay / rate) : -1,
        });
    }

    public void Complete()
    {
        if (_hasShown)
            write(new ProgressRecord(ActivityId, activity, " ") { RecordType = ProgressRecordType.Completed });
    }

    private string Status(long underWay, double rate)
    {
        string failures = _failed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {_failed:N0} failed") : "";
        string costs = string.Concat(_costs.Select(cost => string.Create(CultureInfo.InvariantCulture, $", {cost.Value:0.######} {cost.Key}")));
        return string.Create(CultureInfo.InvariantCulture, $"{_done:N0} done{failures}, {underWay:N0} running, {rate:0.0} per second{costs}");
    }
}
