using QwenChat.Model;
using Xunit;

namespace QwenChat.Tests.Model;

/// <summary>Tests that concurrent turns on one conversation wait or are rejected. The tests advance the clock.</summary>
public sealed class TurnClaimsTests
{
    private static readonly TimeSpan s_grace = TurnClaims.Grace;
    private readonly FakeTime _time = new();
    private readonly TurnClaims _claims;

    public TurnClaimsTests() => _claims = new TurnClaims(_time);

    [Fact]
    public async Task Turns_and_changes_run_in_the_order_in_which_they_were_requested()
    {
        var first = await _claims.ForTurnAsync(default);
        var change = _claims.ForChangeAsync(default);
        var second = _claims.ForTurnAsync(default);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.False(change.IsCompleted || second.IsCompleted);
        first.Dispose();
        var held = await change;
        Assert.False(second.IsCompleted);
        held.Dispose();
        (await second).Dispose();
        (await _claims.ForChangeAsync(default)).Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Between_two_chunks_turns_and_changes_are_rejected(bool isTurn)
    {
        using var claim = await _claims.ForTurnAsync(default);
        var early = Enter(isTurn);
        _claims.Lend(claim, isDone: false);
        var late = Enter(isTurn);
        _time.Advance(s_grace);
        foreach (var refused in new[] { early, late })
        {
            var failure = await Assert.ThrowsAsync<QwenException>(() => refused);
            Assert.Equal(QwenErrorKind.InvalidRequest, failure.Kind);
            Assert.Contains("in the middle of a turn", failure.Message, StringComparison.Ordinal);
            Assert.Contains("Copy-QwenConversation", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_chunk_that_is_read_quickly_causes_no_rejection()
    {
        var claim = await _claims.ForTurnAsync(default);
        var next = _claims.ForTurnAsync(default);
        for (int i = 0; i < 100; i++)
        {
            _claims.Lend(claim, isDone: false);
            _time.Advance(s_grace - TimeSpan.FromMilliseconds(1));
            _claims.TakeBack(claim);
            _time.Advance(s_grace);
        }
        Assert.False(next.IsCompleted);
        claim.Dispose();
        (await next).Dispose();
    }

    [Fact]
    public async Task At_the_last_chunk_the_history_can_be_changed_and_turns_are_rejected()
    {
        var claim = await _claims.ForTurnAsync(default);
        var waitingChange = _claims.ForChangeAsync(default);
        _claims.Lend(claim, isDone: true);
        (await waitingChange).Dispose();
        (await _claims.ForChangeAsync(default)).Dispose();
        var turn = _claims.ForTurnAsync(default);
        _time.Advance(s_grace);
        await Assert.ThrowsAsync<QwenException>(() => turn);
        var later = _claims.ForTurnAsync(default);
        _claims.TakeBack(claim);
        claim.Dispose();
        (await later).Dispose();
    }

    [Fact]
    public async Task A_change_at_the_last_chunk_keeps_the_next_turn_waiting()
    {
        var claim = await _claims.ForTurnAsync(default);
        _claims.Lend(claim, isDone: true);
        var change = await _claims.ForChangeAsync(default);
        var secondChange = _claims.ForChangeAsync(default);
        _claims.TakeBack(claim);
        claim.Dispose();
        var turn = _claims.ForTurnAsync(default);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.False(secondChange.IsCompleted || turn.IsCompleted);
        change.Dispose();
        (await secondChange).Dispose();
        (await turn).Dispose();
    }

    [Fact]
    public async Task A_stop_ends_the_wait_and_leaves_no_trace()
    {
        var claim = await _claims.ForTurnAsync(default);
        using var stop = new CancellationTokenSource();
        var stopped = _claims.ForTurnAsync(stop.Token);
        var next = _claims.ForTurnAsync(default);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        claim.Dispose();
        (await next).Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _claims.ForTurnAsync(stop.Token));
        (await _claims.ForTurnAsync(default)).Dispose();
    }

    [Fact]
    public async Task A_reader_that_stops_early_releases_the_claim()
    {
        using (var claim = await _claims.ForTurnAsync(default))
        {
            await foreach (var piece in claim.PassOnAsync(Pieces(), default))
                break;
            Assert.False(claim.IsLent);
        }
        (await _claims.ForTurnAsync(default)).Dispose();

        static async IAsyncEnumerable<QwenReplyDelta> Pieces()
        {
            await Task.Yield();
            yield return new QwenReplyDelta(QwenReplyDeltaKind.Text, "one");
            yield return new QwenReplyDelta(QwenReplyDeltaKind.Text, "two");
        }
    }

    private Task<TurnClaim> Enter(bool isTurn) => isTurn ? _claims.ForTurnAsync(default) : _claims.ForChangeAsync(default);
}
