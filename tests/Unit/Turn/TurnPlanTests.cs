using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Turn;

public class TurnPlanTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    private static TurnPath Path(params ServerState?[] states)
    {
        var path = new TurnPath();
        foreach (var state in states)
            path = path.Append(new QwenTurn(path.Count + 1, [], 0) { Server = state });
        return path;
    }

    private static ServerState At(string id, string address = "https://a", double daysLeft = 5) => new(id, address, s_now.AddDays(daysLeft));

    private static TurnPlan Make(TurnPath path, QwenApi api = QwenApi.Responses, bool stateless = false) =>
        TurnPlan.Make(api, path, stateless, "https://a", s_now, SelectedContext.Whole);

    [Fact]
    public void The_newest_response_is_continued()
    {
        var plan = Make(Path(At("1"), At("2")));
        Assert.Equal("2", plan.Anchor!.ResponseId);
        Assert.Equal(2, plan.Sent.From);
        Assert.False(plan.Lost);
    }

    [Fact]
    public void An_interrupted_turn_is_sent_after_the_last_completed_turn()
    {
        var plan = Make(Path(At("1"), null));
        Assert.Equal("1", plan.Anchor!.ResponseId);
        Assert.Equal(1, plan.Sent.From);
        Assert.False(plan.Lost);
    }

    [Fact]
    public void Expired_turns_are_sent_again()
    {
        var plan = Make(Path(At("1", daysLeft: -2), At("2", daysLeft: 0)));
        Assert.Null(plan.Anchor);
        Assert.Equal(0, plan.Sent.From);
        Assert.True(plan.Lost);
    }

    [Fact]
    public void State_at_another_address_counts_as_lost()
    {
        var plan = Make(Path(At("1"), At("2", "https://b")));
        Assert.Equal("1", plan.Anchor!.ResponseId);
        Assert.Equal(1, plan.Sent.From);
        Assert.True(plan.Lost);
    }

    [Fact]
    public void A_conversation_that_never_had_state_is_not_lost()
    {
        var plan = Make(Path(null, null));
        Assert.Null(plan.Anchor);
        Assert.False(plan.Lost);
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions, false)]
    [InlineData(QwenApi.Responses, true)]
    public void If_the_caller_keeps_the_history_the_whole_history_is_sent(QwenApi api, bool stateless)
    {
        var plan = Make(Path(At("1"), At("2")), api, stateless);
        Assert.Null(plan.Anchor);
        Assert.Equal(0, plan.Sent.From);
        Assert.False(plan.Lost);
    }
}
