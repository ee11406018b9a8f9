using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Cost;

/// <summary>Tests cost and token limits with concurrent requests. Before a request is sent, its possible usage is reserved.</summary>
public class BudgetTests
{
    private static readonly BillingTerms s_terms = new("no-price", null, false);
    private readonly Ledger _ledger = new();

    private Budget Limit(long tokens) => new("connection", _ledger, null, tokens);

    private static Forecast Ask(long input, long? output = null) => new(input, output, s_terms);

    private void Count(long input, long output) =>
        _ledger.Add(LedgerEntry.OfTurn(
        new QwenTurn(1, [], 0) { Terms = s_terms, Usage = new QwenUsage { InputTokens = input, OutputTokens = output, TotalTokens = input + output } },
            new QwenConnection()));

    private static async Task<string> RefusedAsync(Task<Reservation?> reserving)
    {
        var refused = await Assert.ThrowsAsync<QwenException>(() => reserving);
        Assert.Equal(QwenErrorKind.BudgetExceeded, refused.Kind);
        return refused.Message;
    }

    [Fact]
    public async Task A_reservation_counts_until_it_is_released()
    {
        var first = await Limit(100).ReserveAsync(Ask(30, 40), default);
        Assert.Contains("70 tokens are used or reserved for requests in progress, and this request needs about 40 more",
            await RefusedAsync(Limit(100).ReserveAsync(Ask(10, 30), default)), StringComparison.Ordinal);
        first!.Dispose();
        first.Dispose();
        (await Limit(100).ReserveAsync(Ask(60, 40), default))!.Dispose();
        Assert.Equal(0, _ledger.Tokens);
    }

    [Fact]
    public async Task The_expected_output_is_the_largest_so_far()
    {
        Count(10, 5);
        Count(10, 25);
        (await Limit(100).ReserveAsync(Ask(25), default))!.Dispose();
        Assert.Contains("50 tokens are used, and this request needs about 51 more", await RefusedAsync(Limit(100).ReserveAsync(Ask(26), default)),
            StringComparison.Ordinal);
        (await Limit(100).ReserveAsync(Ask(26, 1), default))!.Dispose();
    }

    [Fact]
    public async Task A_count_of_one_token_is_singular()
    {
        Count(1, 0);
        Assert.Contains("1 token is used, and this request needs about 101 more", await RefusedAsync(Limit(100).ReserveAsync(Ask(100, 1), default)),
            StringComparison.Ordinal);
        var notices = new NoticeQueue();
        Limit(1).WarnIfPassed(notices);
        Assert.True(notices.TryTake(out var notice));
        Assert.Equal("The connection has used 1 token and reached its -TokenLimit of 1. The next message will be rejected.", notice.Text);
    }

    [Fact]
    public async Task Only_one_request_runs_until_the_first_answer()
    {
        var first = await Limit(100).ReserveAsync(Ask(20), default);
        var second = Limit(100).ReserveAsync(Ask(20), default);
        var known = await Limit(100).ReserveAsync(Ask(5, 5), default);
        Assert.False(second.IsCompleted);
        Count(20, 30);
        first!.Dispose();
        // Of 100 tokens, 50 are used and 10 are reserved. The second request needs 20 for its input and 30 for its output.
        await RefusedAsync(second);
        known!.Dispose();
        (await Limit(100).ReserveAsync(Ask(20), default))!.Dispose();
    }

    [Fact]
    public async Task When_the_first_request_fails_the_next_request_takes_its_place()
    {
        var first = await Limit(100).ReserveAsync(Ask(20), default);
        var second = Limit(100).ReserveAsync(Ask(20), default);
        var third = Limit(100).ReserveAsync(Ask(20), default);
        first!.Dispose();
        var next = await await Task.WhenAny(second, third);
        Assert.True(second.IsCompleted ^ third.IsCompleted);
        next!.Dispose();
        (await second)!.Dispose();
        (await third)!.Dispose();
    }

    [Fact]
    public async Task A_request_does_not_wait_for_an_answer_that_user_code_reads()
    {
        var first = await Limit(100_000).ReserveAsync(Ask(20), default);
        var waiting = Limit(100_000).ReserveAsync(Ask(20), default);
        first!.Lend();
        // The request does not limit its output, so the model's maximum output is reserved.
        Assert.Equal(20 + 32_768, (await waiting)!.Tokens);
        await RefusedAsync(Limit(1_000).ReserveAsync(Ask(20), default));
    }

    [Fact]
    public async Task A_stop_ends_the_wait()
    {
        using var stop = new CancellationTokenSource();
        _ = await Limit(100).ReserveAsync(Ask(20), default);
        var waiting = Limit(100).ReserveAsync(Ask(20), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Theory]
    [InlineData(long.MaxValue, long.MaxValue, long.MaxValue)]
    [InlineData(-5L, -5L, -5L)]
    [InlineData(1_000L, 1_000L, 0L)]
    [InlineData(0L, 0L, 0L)]
    [InlineData(null, 3L, null)]
    [InlineData(null, null, long.MaxValue)]
    public async Task Impossible_usage_does_not_disable_the_limit(long? input, long? output, long? total)
    {
        for (int i = 0; i < 3; i++)
        {
            _ledger.Add(LedgerEntry.OfTurn(new QwenTurn(1, [], 0)
            {
                Terms = s_terms,
                Usage = new QwenUsage { InputTokens = input, OutputTokens = output, TotalTokens = total },
                EstimatedUsage = new QwenUsage { InputTokens = 500, OutputTokens = 500 },
            }, new QwenConnection()));
        }
        Assert.InRange(_ledger.Tokens, 0, long.MaxValue);
        await RefusedAsync(Limit(1_500).ReserveAsync(Ask(1, 1), default));
        Assert.InRange(_ledger.Usage!.TotalTokens ?? 0, 0, 1_000_000_000_000_000);
    }

    [Fact]
    public async Task Concurrent_requests_stay_within_the_limit_of_their_connection()
    {
        using var emulator = QwenEmulator.Start(new QwenEmulatorOptions());
        var connection = QwenConnection.To(emulator.BaseUri, emulator.ApiKey) with { TokenLimit = 300 };
        var client = new QwenClient(connection);
        int sent = 0, refused = 0;
        await Parallel.ForAsync(0, 20, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, cancellation) =>
        {
            try
            {
                await client.SendAsync(client.NewConversation(QwenApi.ChatCompletions), $"Hello {i}", cancellation: cancellation);
                Interlocked.Increment(ref sent);
            }
            catch (QwenException limit) when (limit.Kind == QwenErrorKind.BudgetExceeded)
            {
                Interlocked.Increment(ref refused);
            }
        });
        Assert.Equal(20, sent + refused);
        Assert.InRange(sent, 1, 19);
        Assert.InRange(Ledger.OfConnection(connection).Tokens, 1, 300);
        Assert.Equal(sent, emulator.Requests.Count);
    }

    [Theory]
    [InlineData("0.01", "0.0100000004", "0")]
    [InlineData("0.01", "0.0099999996", "0.0000000005")]
    [InlineData("0.0000001", "0", "0.0000001001")]
    [InlineData("1", "0.5", "0.6")]
    public void An_amount_above_a_limit_is_never_displayed_as_equal_to_it(string limit, string spent, string more)
    {
        var (dearest, before, next) = (Amount(limit), Amount(spent), Amount(more));
        var terms = new BillingTerms("qwen-flash", QwenRegion.Beijing, false);
        _ledger.Add(new LedgerEntry("qwen-flash", new QwenUsage { InputTokens = 1 }, new Charge(before, "CNY", null)) { Currency = "CNY" });
        var budget = new Budget("connection", _ledger, dearest, null);
        decimal price = Pricing.Of(new QwenUsage { InputTokens = 1_000_000, OutputTokens = 0 }, terms, thinks: false)!.Value.Amount / 1_000_000;
        var refused = Assert.Throws<QwenException>(() => budget.Check(new Forecast((long)Math.Ceiling(next / price), 0, terms)));
        var shown = System.Text.RegularExpressions.Regex.Matches(refused.Message, @"\d+(\.\d+)?").Select(match => Amount(match.Value)).ToArray();
        Assert.Equal(3, shown.Length);
        Assert.True(shown[1] + shown[2] > shown[0], refused.Message);
        Assert.Equal(before == dearest, shown[0] == shown[1]);

        static decimal Amount(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }
}
