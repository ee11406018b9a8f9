using QwenChat.Model;
using QwenChat.Saving;
using Xunit;

namespace QwenChat.Tests.Saving;

/// <summary>Tests merging two changed versions of the header of a stored conversation.</summary>
public class StoredMergeTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    private static ConversationRow Plain => new() { Settings = Settings };

    private static ConversationSettings Settings => new() { Options = new QwenOptions { Model = "qwen-plus" } };

    [Fact]
    public void Settings_changed_in_only_one_header_are_kept()
    {
        var mine = Plain with { Settings = Settings with { Options = Settings.Options with { Instructions = "Mine" }, CostLimit = 2 } };
        var theirs = Plain with
        {
            Settings = Settings with
            {
                Options = Settings.Options with { Temperature = 0.5 },
                TokenLimit = 7,
                Metadata = new Dictionary<string, string> { ["a"] = "b" },
            },
        };

        var merge = Merge(Plain, mine, theirs);

        Assert.False(merge.IsConflict);
        var merged = merge.Row.Settings;
        Assert.Equal(("qwen-plus", "Mine", 0.5), (merged.Options.Model, merged.Options.Instructions, merged.Options.Temperature));
        Assert.Equal((2m, 7L, "b"), (merged.CostLimit, merged.TokenLimit, merged.Metadata["a"]));
    }

    [Fact]
    public void Metadata_is_merged_name_by_name()
    {
        var known = Plain with { Settings = Settings with { Metadata = new Dictionary<string, string> { ["a"] = "1", ["b"] = "1", ["c"] = "1" } } };
        var mine = Plain with { Settings = Settings with { Metadata = new Dictionary<string, string> { ["a"] = "2", ["b"] = "1", ["c"] = "1" } } };
        var theirs = Plain with { Settings = Settings with { Metadata = new Dictionary<string, string> { ["a"] = "1", ["b"] = "3" } } };
        Assert.Equal(new Dictionary<string, string> { ["a"] = "2", ["b"] = "3" }, Merge(known, mine, theirs).Row.Settings.Metadata);
    }

    [Fact]
    public void The_format_of_an_earlier_version_is_not_treated_as_a_change()
    {
        var policy = new QwenContextPolicy { SummarizeAt = 0.5, KeepVerbatim = 0 };
        var known = Plain with { Settings = Settings with { ContextPolicy = policy, Metadata = new Dictionary<string, string> { ["a"] = "é" } } };
        var mine = known with { Settings = known.Settings with { ContextPolicy = policy with { KeepTurns = 4 } } };
        const string Earlier = """{"options":{"model":"qwen-plus"},"metadata":{"a":"\u00e9"},"contextPolicy":{"summarizeAt":0.5}}""";

        var merge = StoredMerge.Of(Header(known), Header(mine), Header(known) with { Settings = Earlier }, s_now);

        Assert.False(merge.IsConflict);
        Assert.Equal(policy with { KeepTurns = 4 }, merge.Row.Settings.ContextPolicy);
        Assert.Equal("é", merge.Row.Settings.Metadata["a"]);
    }

    [Fact]
    public void Different_values_of_a_setting_conflict_and_equal_values_do_not_conflict()
    {
        var (one, two) = (Plain with { Settings = Settings with { CostLimit = 1 } }, Plain with { Settings = Settings with { CostLimit = 2 } });
        Assert.True(Merge(Plain, one, two).IsConflict);
        Assert.False(Merge(Plain, one, one).IsConflict);
        Assert.True(Merge(one, Plain, two).IsConflict);
    }

    [Theory]
    [InlineData("a", "a", "b", "b", false)]
    [InlineData("a", "b", "a", "b", false)]
    [InlineData("a", "b", "b", "b", false)]
    [InlineData("a", "b", "c", "b", true)]
    [InlineData("a", null, "c", null, true)]
    public void A_name_is_merged_like_a_setting(string known, string? mine, string? theirs, string? result, bool isConflict)
    {
        var merge = StoredMerge.Of(Header(Plain, known), Header(Plain, mine), Header(Plain, theirs), s_now);
        Assert.Equal((result, isConflict), (merge.Name, merge.IsConflict));
    }

    [Fact]
    public void Pending_items_are_merged_one_by_one()
    {
        var known = Plain with { Pending = [Item("a"), Item("b")] };
        var mine = Plain with { Pending = [Item("b"), Item("m")] };
        var theirs = Plain with { Pending = [Item("a"), Item("b"), Item("t")] };

        var merge = Merge(known, mine, theirs);

        Assert.False(merge.IsConflict);
        Assert.Equal(["b", "t", "m"], merge.Row.Pending!.Select(item => item.Id));
        Assert.Null(Merge(known, Plain, known).Row.Pending);
    }

    [Fact]
    public void Failed_requests_of_other_sessions_are_adopted_and_settled_requests_are_dropped()
    {
        var held = new ServiceObject("conv_1", "https://example.com", s_now);
        var known = Plain with { Held = held with { Intents = [Intent("a"), Intent("b")] } };
        var mine = Plain with { Held = held with { Intents = [Intent("b"), Intent("m")], ExpiresAt = s_now.AddDays(1) } };
        var theirs = Plain with { Held = held with { Intents = [Intent("a"), Intent("t")] } };

        var merge = Merge(known, mine, theirs);

        Assert.False(merge.IsConflict);
        Assert.Equal(("conv_1", s_now.AddDays(1)), (merge.Row.Held!.Id, merge.Row.Held.ExpiresAt));
        Assert.Equal(["t", "m"], merge.Row.Held.Intents!.Select(intent => intent.Id));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(11, false)]
    public void A_running_request_of_another_session_is_a_conflict(int minutesAgo, bool isConflict)
    {
        var held = new ServiceObject("conv_1", "https://example.com", s_now);
        var theirs = Plain with { Held = held with { Intents = [Intent("t") with { IsUnderWay = true, SentAt = s_now.AddMinutes(-minutesAgo) }] } };
        var known = Plain with { Held = held };
        Assert.Equal(isConflict, Merge(known, known, theirs).IsConflict);
    }

    [Theory]
    [InlineData("conv_1", "conv_1", "conv_2", "conv_2", false)]
    [InlineData("conv_1", "conv_2", "conv_1", "conv_2", false)]
    [InlineData("conv_1", null, "conv_1", null, false)]
    [InlineData(null, null, "conv_2", "conv_2", false)]
    [InlineData("conv_1", "conv_2", "conv_3", "conv_2", true)]
    [InlineData("conv_1", null, "conv_3", null, true)]
    public void A_different_conversation_object_is_treated_as_a_change(string? known, string? mine, string? theirs, string? result, bool isConflict)
    {
        var merge = Merge(Of(known), Of(mine), Of(theirs));
        Assert.Equal((result, isConflict), (merge.Row.Held?.Id, merge.IsConflict));

        static ConversationRow Of(string? id) => Plain with { Held = id is null ? null : new ServiceObject(id, "https://example.com", s_now) };
    }

    private static StoredMerge Merge(ConversationRow known, ConversationRow mine, ConversationRow theirs) =>
        StoredMerge.Of(Header(known), Header(mine), Header(theirs), s_now);

    private static ConversationHeader Header(ConversationRow settings, string? name = null) =>
        new() { Id = "c", Name = name, Api = QwenApi.Conversations, Settings = settings.Write() };

    private static WaitingItem Item(string id) => new(id, "message", "user", null, s_now, null, "{}"u8.ToArray());

    private static WriteIntent Intent(string id) => new(id, ["mark"], true, null, s_now);
}
