using QwenChat.Commands.Repl;
using QwenChat.Commands.Repl.Slash;
using QwenChat.Model;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Commands.Repl;

public sealed class SlashCommandsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("qwenchat-chat-");
    private readonly List<string> _said = [];
    private readonly ChatState _chat;

    public SlashCommandsTests()
    {
        var client = new QwenClient(new QwenConnection { BaseUri = new Uri("http://127.0.0.1:1") });
        var host = new ChatHost { Say = _said.Add, Wait = work => work(default).GetAwaiter().GetResult(),
            FindPath = path => Path.GetFullPath(path, _folder.FullName) };
        _chat = new ChatState(host, client.NewConversation(QwenApi.ChatCompletions, new QwenOptions { Instructions = "Be brief." }));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("/help", "help", "")]
    [InlineData("/model qwen-max ", "model", "qwen-max")]
    [InlineData("/system Be  brief.", "system", "Be  brief.")]
    [InlineData("/mdoel x", "mdoel", "x")]
    [InlineData("/", "", "")]
    public void A_slash_and_a_word_are_a_command(string text, string name, string argument)
    {
        Assert.True(SlashCommands.IsCommand(text, out string foundName, out string foundArgument));
        Assert.Equal((name, argument), (foundName, foundArgument));
    }

    [Theory]
    [InlineData("hello /help")]
    [InlineData("/etc/hosts is not there")]
    [InlineData("/help\nme")]
    [InlineData("// a comment")]
    [InlineData("//help")]
    [InlineData(" /help")]
    [InlineData("/5")]
    public void Other_input_is_a_message(string text) => Assert.False(SlashCommands.IsCommand(text, out _, out _));

    [Theory]
    [InlineData("//help me", "/help me")]
    [InlineData("// a comment", "// a comment")]
    [InlineData("//a\n//b", "//a\n//b")]
    [InlineData("/etc/hosts", "/etc/hosts")]
    [InlineData("hello", "hello")]
    public void Two_slashes_before_a_word_send_one_slash(string typed, string sent) => Assert.Equal(sent, SlashCommands.Message(typed));

    [Fact]
    public void An_unknown_command_is_reported_and_does_nothing()
    {
        var failure = Assert.Throws<QwenException>(() => Run("/mdoel x"));
        Assert.Contains("/mdoel", failure.Message, StringComparison.Ordinal);
        Assert.Contains("nothing was sent", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_names_every_command()
    {
        Run("/help");
        Assert.All(SlashCommands.All, command => Assert.Contains($"/{command.Name} ", _said[0], StringComparison.Ordinal));
    }

    [Fact]
    public void Commands_are_completed()
    {
        Assert.Equal(["system ", "save "], Complete("/s"));
        Assert.Equal(SlashCommands.All.Count, Complete("/").Length);
        Assert.Empty(Complete("hello"));
        Assert.Empty(Complete("/nothing "));
    }

    [Fact]
    public void Models_are_completed_from_the_catalog_with_details()
    {
        var found = SlashCommands.Complete(_chat, "/model qwen-ma");
        Assert.Equal(7, found.From);
        Assert.Contains(found.All, model => model.Text == "qwen-max" && model.Tip.Contains("tokens", StringComparison.Ordinal));
        Assert.DoesNotContain(Complete("/model "), name => name.Contains("embedding", StringComparison.Ordinal));
    }

    [Fact]
    public void Files_are_completed()
    {
        _folder.CreateSubdirectory("talks").Create();
        foreach (string name in new[] { "travel.json", "travel.jsonl", "travel.md", "trash.bin", "talks/in here.json", ".hidden.json" })
            File.WriteAllText(Path.Combine(_folder.FullName, name), "");
        Assert.Equal(["talks/", "travel.json", "travel.jsonl"], Complete("/load "));
        Assert.Equal(["travel.json", "travel.jsonl", "travel.md"], Complete("/save tr"));
        Assert.Equal(["talks/in here.json"], Complete("/load talks/in"));
        Assert.Empty(Complete("/load nowhere/"));
    }

    [Fact]
    public void The_model_changes_with_the_next_turn_even_if_the_command_line_specified_a_model()
    {
        _chat.Options = new QwenOptions { Model = "qwen-plus", TopP = 0.5 };
        Run("/model qwen-max");
        Assert.Equal("qwen-max", _chat.Conversation.Model);
        Assert.Equal(new QwenOptions { TopP = 0.5 }, _chat.Options);
        Run("/model");
        Assert.StartsWith("qwen-max; ", _said[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_model_can_be_used_with_a_notice()
    {
        Run("/model my-own");
        Assert.Equal("my-own", _chat.Conversation.Model);
        Assert.Contains("catalog", _said[^1], StringComparison.Ordinal);
        Assert.Throws<QwenException>(() => Run("/model two words"));
    }

    [Fact]
    public void Instructions_are_shown_changed_and_removed()
    {
        Run("/system");
        Run("/system Rhyme.");
        Assert.Equal("Rhyme.", _chat.Conversation.Instructions);
        Run("/system off");
        Assert.Null(_chat.Conversation.Instructions);
        Run("/system");
        Assert.Equal("Be brief.", _said[0]);
        Assert.Equal("There are no instructions.", _said[^1]);
    }

    [Fact]
    public void A_new_conversation_keeps_the_settings_and_the_old_conversation_is_not_lost()
    {
        var first = _chat.Conversation;
        Say("Hello");
        Run("/new other");
        Assert.Equal(("other", 0, "Be brief."), (_chat.Conversation.Name, _chat.Conversation.TurnCount, _chat.Conversation.Instructions));
        Assert.Equal([first], _chat.Unstored);
    }

    [Fact]
    public void A_branch_continues_independently()
    {
        var first = _chat.Conversation;
        Say("Hello");
        Run("/branch");
        Say("More");
        Assert.Equal((1, 2), (first.TurnCount, _chat.Conversation.TurnCount));
        Assert.Equal([first], _chat.Unstored);
    }

    [Fact]
    public void Empty_conversations_are_not_written()
    {
        Run("/new");
        Run("/new");
        Assert.Empty(_chat.Unstored);
    }

    [Fact]
    public void An_undone_message_can_be_edited()
    {
        Say("one");
        Say("two");
        Run("/undo");
        Assert.Equal((1, "two"), (_chat.Conversation.TurnCount, _chat.Draft));
        Say("three");
        Run("/undo 2");
        Assert.Equal((0, "one"), (_chat.Conversation.TurnCount, _chat.Draft));
        Assert.Throws<QwenException>(() => Run("/undo"));
        Assert.Throws<QwenException>(() => Run("/undo x"));
    }

    [Fact]
    public void Usage_is_shown_in_turns_tokens_and_money()
    {
        Say("one", new QwenUsage { InputTokens = 1000, OutputTokens = 20, TotalTokens = 1020 });
        Run("/usage");
        Assert.Matches(@"^\S+: 1 turn · 1.000 tokens in, 20 out · ", _said[^1]);
    }

    [Theory]
    [InlineData("talk.json")]
    [InlineData("talk.jsonl")]
    [InlineData("\"my talk.json\"")]
    public void A_saved_conversation_is_loaded(string file)
    {
        Say("Hello");
        Run($"/save {file}");
        Run("/new");
        Run($"/load {file}");
        Assert.Equal("Hello", Assert.Single(_chat.Conversation.Turns).Message);
        Assert.Equal("Be brief.", _chat.Conversation.Instructions);
        Say("More");
        Run("/save");
        Assert.Contains("2 turns", _said[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_of_another_conversation_is_overwritten_only_on_confirmation()
    {
        string file = Path.Combine(_folder.FullName, "notes.md");
        File.WriteAllText(file, "mine");
        Assert.Throws<QwenException>(() => Run("/save notes.md"));
        Assert.Throws<QwenException>(() => Run("/save"));
        Assert.Throws<QwenException>(() => Run("/save notes.md"));
        Assert.Equal("mine", File.ReadAllText(file));
        Run("/save notes.md");
        Assert.NotEqual("mine", File.ReadAllText(file));
    }

    [Fact]
    public void A_read_only_file_is_not_overwritten_and_the_advice_applies_to_the_chat()
    {
        string file = Path.Combine(_folder.FullName, "locked.json");
        File.WriteAllText(file, "mine");
        new FileInfo(file).IsReadOnly = true;
        Assert.Throws<QwenException>(() => Run("/save locked.json"));
        var failure = Assert.Throws<QwenException>(() => Run("/save locked.json"));
        Assert.EndsWith("locked.json' is read-only. Specify a different file.", failure.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(file));
        new FileInfo(file).IsReadOnly = false;
    }

    [Theory]
    [InlineData("/save")]
    [InlineData("/save talk.txt")]
    [InlineData("/save nowhere/talk.json")]
    [InlineData("/load")]
    [InlineData("/load nothing.json")]
    [InlineData("/help me")]
    [InlineData("/thinking hard")]
    public void An_impossible_command_is_reported_and_changes_nothing(string text)
    {
        var before = _chat.Conversation;
        Assert.Throws<QwenException>(() => Run(text));
        Assert.Same(before, _chat.Conversation);
        Assert.Empty(_folder.EnumerateFiles());
    }

    [Fact]
    public void Thinking_is_collapsed_and_shown()
    {
        Run("/thinking fold");
        Assert.True(_chat.FoldsThinking);
        Run("/thinking show");
        Assert.False(_chat.FoldsThinking);
        Run("/thinking");
        Assert.Equal(3, _said.Count);
    }

    [Fact]
    public void Exit_leaves_the_chat()
    {
        Run("/EXIT");
        Assert.True(_chat.Leaves);
    }

    private void Run(string text)
    {
        Assert.True(SlashCommands.IsCommand(text, out string name, out string argument));
        SlashCommands.Run(_chat, name, argument);
    }

    private string[] Complete(string text) => SlashCommands.Complete(_chat, text).All.Select(completion => completion.Text).ToArray();

    private void Say(string message, QwenUsage? usage = null)
    {
        var protocol = QwenChat.Protocols.ChatProtocol.For(_chat.Conversation.ApiKind, _chat.Conversation.Model);
        var now = DateTimeOffset.UtcNow;
        QwenItem[] items =
            [.. protocol.WriteMessage(MessageDraft.OfText("user", message), now), .. protocol.WriteMessage(MessageDraft.OfText("assistant", "Yes."), now)];
        _chat.Conversation.Append(new QwenTurn(_chat.Conversation.TurnCount + 1, items, 1) { CreatedAt = now, Model = _chat.Conversation.Model, Usage = usage },
            0);
    }
}
