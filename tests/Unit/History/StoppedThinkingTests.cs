using QwenChat.History;
using QwenChat.Model;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.History;

/// <summary>
/// Tests streams that are stopped while the model thinks, before any text of the answer. If the service completes the answer,
/// the answer belongs to the stopped turn: the transcript must contain it, and an undo must remove it.
/// </summary>
public sealed class StoppedThinkingTests : ConsistencyBed
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_that_the_service_finished_belongs_to_the_stopped_turn(bool isResumed)
    {
        var conversation = await StopAsync("p");
        await ArriveAsync(conversation, ("user", "u2"), ("assistant", "the whole answer"));
        if (isResumed)
            conversation = await ResumeAsync("p");

        Assert.Equal("<u1,u2,u3>", await SendAsync(conversation, "u3"));

        Assert.Equal(["u1", "u2", "u3"], Messages(conversation));
        var stopped = conversation.Path[1];
        Assert.Equal("the whole answer", stopped.Text);
        Assert.NotEmpty(stopped.Thinking);
        Assert.Equal(QwenReplyState.Interrupted, stopped.State);
        Assert.Equal(1, stopped.InputCount);
        Assert.Equal(["u1", "<u1>", "u2", "the whole answer", "u3", "<u1,u2,u3>"], await LiveAsync(conversation));
        string warning = Assert.Single(Warnings(), text => !text.Contains("are sent again", StringComparison.Ordinal));
        Assert.Contains("Turn 2 was stopped before its reply arrived", warning, StringComparison.Ordinal);
        await SendAsync(conversation, "u4");
        Assert.Empty(Warnings());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_undo_removes_the_finished_answer(bool isResumed)
    {
        var conversation = await StopAsync("p");
        await ArriveAsync(conversation, ("user", "u2"), ("assistant", "the whole answer"));
        if (isResumed)
            conversation = await ResumeAsync("p");

        await ConversationEdit.UndoAsync(conversation, 1, None, null, Notices);

        Assert.Equal(["u1", "<u1>"], await LiveAsync(conversation));
        Assert.Equal(["u1"], Messages(conversation));
        Assert.Equal("<u1,u3>", await SendAsync(conversation, "u3"));
        Assert.Equal(["u1", "u3"], Messages(conversation));
    }

    [Fact]
    public async Task Turns_of_other_sessions_after_the_finished_answer_are_kept()
    {
        var conversation = await StopAsync("p");
        await ArriveAsync(conversation, ("user", "u2"), ("assistant", "the whole answer"), ("user", "x"), ("assistant", "y"));

        await ConversationEdit.UndoAsync(conversation, 1, None, null, Notices);

        Assert.Equal(["u1", "<u1>", "x", "y"], await LiveAsync(conversation));
        Assert.Equal(["u1", "x"], Messages(conversation));
        Assert.Equal("<u1,x,u3>", await SendAsync(conversation, "u3"));
    }

    [Fact]
    public async Task An_undo_keeps_another_sessions_item_within_the_turn()
    {
        var conversation = New();
        await SendAsync(conversation, "u1");
        await AddAsync(conversation, "p");
        await ArriveAsync(conversation, ("user", "x"));
        await SendAsync(conversation, "u2");

        await ConversationEdit.UndoAsync(conversation, 1, None, null, Notices);

        Assert.Equal(["u1", "<u1>", "x"], await LiveAsync(conversation));
        Assert.Equal(["u1", "x"], Messages(conversation));
        Assert.Contains("1 item that the transcript did not have", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.Equal("<u1,x,u3>", await SendAsync(conversation, "u3"));
        Assert.Empty(Warnings());
    }

    /// <summary>Creates a stored conversation with one completed turn. The second turn was stopped during thinking, and is not on the service yet.</summary>
    private async Task<QwenConversation> StopAsync(string name)
    {
        var conversation = Stored(New(), name);
        await SendAsync(conversation, "u1");
        Emulator.AddFault(new QwenEmulatorFault { EndlessEvents = true, Path = "/responses" });
        var request = new TurnRequest { Message = MessageDraft.OfText("user", "u2"), Stream = true, Options = new QwenOptions { Thinking = QwenThinking.On } };
        await foreach (var delta in Client.RunAsync(conversation, request with { Connection = conversation.Connection }, Notices, None))
        {
            if (delta.Kind == QwenReplyDeltaKind.Thinking)
                break;
        }
        Emulator.ClearFaults();
        Assert.Equal(QwenReplyState.Interrupted, conversation.Path[1].State);
        Assert.Empty(conversation.Path[1].Text);
        Assert.Equal(["u1", "<u1>"], await LiveAsync(conversation));
        Warnings();
        return conversation;
    }
}
