using QwenChat.Cost;
using Xunit;

namespace QwenChat.Tests.Cost;

public sealed class TokenRateLimitTests
{
    private readonly FakeTime _time = new();

    private static double WaitedSeconds(IReadOnlyList<TimeSpan> waits) => Math.Round(waits.Sum(wait => wait.TotalSeconds), 1);

    [Fact]
    public async Task Requests_wait_until_enough_of_the_limit_is_available()
    {
        var pace = new TokenRateLimit(600, _time);
        await pace.EnterAsync(100, default);
        Assert.Equal(10, WaitedSeconds(await _time.RunAsync(pace.EnterAsync(50, default))));
        Assert.Equal(5, WaitedSeconds(await _time.RunAsync(pace.EnterAsync(1, default))));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(await _time.RunAsync(pace.EnterAsync(1, default)));
    }

    [Fact]
    public async Task A_request_larger_than_a_minutes_limit_is_sent_and_delays_the_next_request()
    {
        var pace = new TokenRateLimit(600, _time);
        await pace.EnterAsync(6000, default);
        Assert.Equal(600, WaitedSeconds(await _time.RunAsync(pace.EnterAsync(1, default))));
    }

    [Fact]
    public async Task Actual_usage_replaces_the_estimate()
    {
        var pace = new TokenRateLimit(600, _time);
        await pace.EnterAsync(100, default);
        pace.Charge(300);
        pace.Charge(-100);
        Assert.Equal(30, WaitedSeconds(await _time.RunAsync(pace.EnterAsync(1, default))));
    }

    [Fact]
    public async Task A_paced_ledger_charges_the_reservation_and_then_the_usage()
    {
        var ledger = new Ledger { Paces = new TokenRateLimits(600, _ => null, _time) };
        var budget = new Budget("session", ledger, null, null);
        var forecast = new Forecast(40, 60, new BillingTerms("m", null, false));
        var first = await budget.ReserveAsync(forecast, default);
        Assert.Equal(100, first!.Tokens);
        ledger.Add(new LedgerEntry("m", new QwenUsage { InputTokens = 40, OutputTokens = 10 }, null));
        first.Dispose();
        var second = budget.ReserveAsync(forecast, default);
        Assert.Equal(5, WaitedSeconds(await _time.RunAsync(second)));
        (await second)!.Dispose();
    }

    [Fact]
    public async Task A_canceled_wait_releases_its_reservation()
    {
        var ledger = new Ledger { Paces = new TokenRateLimits(600, _ => null, _time) };
        var budget = new Budget("session", ledger, null, 250);
        var forecast = new Forecast(40, 60, new BillingTerms("m", null, false));
        using var first = await budget.ReserveAsync(forecast, default);
        using var stop = new CancellationTokenSource();
        var waiting = budget.ReserveAsync(forecast, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var third = budget.ReserveAsync(forecast, default);
        Assert.Equal(10, WaitedSeconds(await _time.RunAsync(third)));
        (await third)!.Dispose();
    }

    [Fact]
    public async Task A_model_has_its_own_pace_in_addition_to_the_common_pace()
    {
        var ledger = new Ledger { Paces = new TokenRateLimits(6000, model => model == "slow" ? 600 : null, _time) };
        var budget = new Budget("session", ledger, null, null);
        var slow = new Forecast(40, 60, new BillingTerms("slow", null, false));
        var other = slow with { Terms = slow.Terms with { Model = "other" } };
        var first = await budget.ReserveAsync(slow, default);
        var second = budget.ReserveAsync(other, default);
        Assert.Equal(1, WaitedSeconds(await _time.RunAsync(second)));
        var third = budget.ReserveAsync(slow, default);
        Assert.Equal(9, WaitedSeconds(await _time.RunAsync(third)));
        foreach (var reservation in new[] { first, await second, await third })
            reservation!.Dispose();
        // All reservations were released, so the request does not wait.
        Assert.Empty(await _time.RunAsync(budget.ReserveAsync(slow, default)));
    }
}
