using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using QwenChat.Export;
using QwenChat.Model;
using QwenChat.Protocols.Json;
using QwenChat.Saving;
using QwenChat.Tests.Export;
using QwenChat.Tools;
using Xunit;

namespace QwenChat.Tests.Model;

/// <summary>
/// Tests every option, found by reflection: merging, stores, files, and the help of the commands that set the option.
/// Options.Tests.ps1 sets each option with those commands.
/// </summary>
public class OptionTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch;

    /// <summary>The settings that Set-QwenConversation does not set: groups of options, and Stateless, which is fixed when a conversation begins.</summary>
    private static readonly string[] s_notSet =
        [nameof(ConversationSettings.Stateless), nameof(ConversationSettings.Options), nameof(ConversationSettings.Tools)];

    /// <summary>The names of parameters that differ from the names of their options.</summary>
    private static readonly Dictionary<string, string> s_parameters = new()
    {
        [nameof(ToolOptions.Tools)] = "Tool",
        [nameof(ToolOptions.Answer)] = "Schema",
        [nameof(ToolOptions.Choice)] = "ToolChoice",
        [nameof(ToolOptions.Approval)] = "ToolApproval",
        [nameof(ToolOptions.MaximumRounds)] = "MaximumToolRounds",
    };

    public static TheoryData<string> TurnOptions => [.. SettingsSample.Options(typeof(QwenOptions)).Select(option => option.Name)];

    public static TheoryData<string> PolicyOptions => [.. SettingsSample.Options(typeof(QwenContextPolicy)).Select(option => option.Name)];

    public static TheoryData<string> ToolOptionNames => [.. SettingsSample.Options(typeof(ToolOptions)).Select(option => option.Name)];

    public static TheoryData<string> Parameters =>
    [
        .. SettingsSample.Options(typeof(ConversationSettings)).Concat(SettingsSample.Options(typeof(QwenOptions))).Select(option => option.Name)
            .Except(s_notSet).Concat(SettingsSample.Options(typeof(ToolOptions)).Select(option => s_parameters.GetValueOrDefault(option.Name, option.Name))),
    ];

    [Theory]
    [MemberData(nameof(TurnOptions))]
    public void An_option_that_is_set_takes_precedence_over_the_fallback(string name) =>
        AssertMerged(name, (QwenOptions options, QwenOptions fallback) => options.Over(fallback));

    [Theory]
    [MemberData(nameof(ToolOptionNames))]
    public void A_tool_option_that_is_set_takes_precedence_over_the_fallback(string name) =>
        AssertMerged(name, (ToolOptions options, ToolOptions fallback) => options.Over(fallback));

    [Fact]
    public void All_options_survive_a_store()
    {
        foreach (var settings in new[] { SettingsSample.Full(), SettingsSample.Smallest(), new ConversationSettings() })
        {
            var row = ConversationRow.Read(new ConversationRow { Settings = settings }.Write());
            // The row omits the name, which has its own column, and the tools, which belong to the session.
            AssertSame(settings with { Name = null, Tools = ToolOptions.None }, row.Settings);
        }
    }

    [Fact]
    public void All_options_survive_a_file()
    {
        foreach (var settings in new[] { SettingsSample.Full(), SettingsSample.Smallest(), new ConversationSettings() })
        {
            var read = ConversationFile.Read(Write(settings), "c.json", new QwenOptions(), s_now, new NoticeQueue());
            AssertSame(settings with { Tools = ToolOptions.None }, read.Head.Settings);
        }
    }

    [Fact]
    public void A_file_and_a_store_contain_options_in_the_same_form()
    {
        using var file = JsonDocument.Parse(Write(SettingsSample.Full()));
        using var row = JsonDocument.Parse(new ConversationRow { Settings = SettingsSample.Full() }.Write());
        foreach (var member in row.RootElement.EnumerateObject())
            Assert.Equal(Compact(member.Value), Compact(file.RootElement.GetProperty("conversation").GetProperty(member.Name)));
    }

    [Fact]
    public void A_row_changed_by_another_writer_keeps_unstored_options()
    {
        var full = SettingsSample.Full();
        var conversation = new QwenConversation(QwenApi.ChatCompletions, Sample.Connection, full);
        new ConversationRow { Settings = SettingsSample.Smallest() with { Name = null, Tools = ToolOptions.None } }.ApplyTo(conversation, withHistory: false);
        AssertSame(SettingsSample.Smallest() with { Name = full.Name, Stateless = full.Stateless, Tools = full.Tools }, conversation.Settings);
    }

    [Fact]
    public void A_row_of_an_earlier_version_is_read()
    {
        var row = ConversationRow.Read("""
            {"options":{"model":"qwen-plus","thinking":"On","seed":7,"search":false,"extraBody":{"x":[1]},"explicitCache":true},"metadata":{"a":"\u00e9"},
            "stateless":true,"prefixBroken":true,"costLimit":0.5,"tokenLimit":9,"counted":{"tokens":3,"costs":{"USD":0.1}},
            "contextPolicy":{"keepTurns":4,"keepVerbatim":2},"later":1}
            """);
        var (settings, options) = (row.Settings, row.Settings.Options);
        Assert.Equal(("qwen-plus", QwenThinking.On, 7L, false, true), (options.Model, options.Thinking, options.Seed, options.Search, options.ExplicitCache));
        Assert.Equal("[1]", options.ExtraBody!["x"].GetRawText());
        Assert.Equal(("é", true, 0.5m, 9L), (settings.Metadata["a"], settings.Stateless, settings.CostLimit, settings.TokenLimit));
        Assert.Equal(new QwenContextPolicy { KeepTurns = 4 }, settings.ContextPolicy);
        Assert.Equal((true, 3L, 0.1m), (row.PrefixBroken, row.Counted!.Tokens, row.Counted.Costs["USD"]));
    }

    [Fact]
    public void In_a_row_of_an_earlier_version_a_missing_KeepVerbatim_is_0() => Assert.Equal(
        new QwenContextPolicy { SummarizeAt = 0.7, KeepVerbatim = 0 },
        ConversationRow.Read("""{"options":{"model":"qwen-plus"},"contextPolicy":{"summarizeAt":0.7}}""").Settings.ContextPolicy);

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"options":{"seed":"x"}}""")]
    [InlineData("""{"options":{"thinking":"Maybe"}}""")]
    [InlineData("""{"options":{},"tokenLimit":0}""")]
    [InlineData("""{"options":{},"contextPolicy":{"keepVerbatim":-1}}""")]
    public void An_invalid_row_is_rejected(string row) => Assert.Throws<JsonException>(() => ConversationRow.Read(row));

    [Theory]
    [MemberData(nameof(Parameters))]
    public void The_help_of_every_command_that_sets_an_option_explains_it(string parameter)
    {
        string[] commands = ["New-QwenConversation", "Set-QwenConversation", "Send-QwenMessage", "Enter-QwenChat"];
        Assert.All(commands, command => Assert.True(Explains(command, parameter), command));
    }

    [Theory]
    [MemberData(nameof(PolicyOptions))]
    public void The_help_explains_an_option_of_a_context_policy(string parameter) => Assert.True(Explains("New-QwenContextPolicy", parameter));

    private static bool Explains(string command, string parameter) => Regex.IsMatch(
        File.ReadAllText(Path.Combine(TestFiles.Root, "docs", "en-US", command + ".md")), $@"(?m)^### -{parameter}\s*\n[\w`$]");

    private static void AssertMerged<T>(string name, Func<T, T, T> over)
        where T : new()
    {
        var option = typeof(T).GetProperty(name)!;
        var (set, unset) = (new T(), new T());
        object value = SettingsSample.Value(option);
        option.SetValue(set, value);

        Assert.Equal(value, option.GetValue(over(set, unset)));
        Assert.Equal(value, option.GetValue(over(unset, set)));
        Assert.Null(option.GetValue(unset));
        Assert.Equal(set, over(new T(), set));
    }

    private static byte[] Write(ConversationSettings settings)
    {
        var content = new ConversationFileContent { Head = new ConversationFileHead("local_1", QwenApi.ChatCompletions, s_now, settings), Turns = [] };
        using var file = new MemoryStream();
        ConversationFile.Write(file, content, s_now);
        return file.ToArray();
    }

    private static void AssertSame(ConversationSettings expected, ConversationSettings actual)
    {
        Assert.Equal(expected.Metadata.OrderBy(pair => pair.Key), actual.Metadata.OrderBy(pair => pair.Key));
        Assert.Equal(expected.Options.ExtraBody?.Select(extra => (extra.Key, extra.Value.GetRawText())),
            actual.Options.ExtraBody?.Select(extra => (extra.Key, extra.Value.GetRawText())));
        Assert.Equal(expected.Options.RemoteMcpServer?.Select(Members), actual.Options.RemoteMcpServer?.Select(Members));
        Assert.Equal(expected.Options with { ExtraBody = null, RemoteMcpServer = null }, actual.Options with { ExtraBody = null, RemoteMcpServer = null });
        Assert.Equal(expected with { Metadata = actual.Metadata, Options = actual.Options }, actual);
    }

    private static string Members(QwenRemoteMcpServer server) =>
        $"{server.Label}|{server.Url}|{server.Description}|{string.Join(' ', server.HeaderNames)}";

    private static string Compact(JsonElement value) => Encoding.UTF8.GetString(JsonBytes.Rewrite(Encoding.UTF8.GetBytes(value.GetRawText())));
}
