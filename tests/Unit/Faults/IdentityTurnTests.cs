using System.Text;
using System.Text.Json.Nodes;
using QwenChat.Tests.Protocols;
using Xunit;

namespace QwenChat.Tests.Faults;

/// <summary>Tests a whole turn with a server that assigns unusual ids: every field of the reply, and the next request.</summary>
public class IdentityTurnTests
{
    private const string Items = "reasoning='Hm, so.' message='Hello world. ' web_search_call='' function_call='' function_call='' message='Bye'";

    public static TheoryData<QwenApi, bool, ItemIds> Turns
    {
        get
        {
            var data = new TheoryData<QwenApi, bool, ItemIds>();
            foreach (var api in (QwenApi[])[QwenApi.Responses, QwenApi.Conversations])
            {
                foreach (var ids in Enum.GetValues<ItemIds>())
                {
                    data.Add(api, true, ids);
                    data.Add(api, false, ids);
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Turns))]
    public async Task Unusual_ids_do_not_change_the_reply_or_the_next_request(QwenApi api, bool stream, ItemIds ids)
    {
        var turn = new OddTurn(api, stream);
        var reply = await turn.SendAsync(Answer(stream, ids));
        Assert.Equal((ResponseStreamForm.Text, ResponseStreamForm.Thinking), (reply.Text, reply.Thinking));
        Assert.Equal([ResponseStreamForm.First, ResponseStreamForm.Second], reply.ToolCalls.Select(call => call.Arguments));
        Assert.Equal(["call_1", "call_2"], reply.ToolCalls.Select(call => call.Id));
        Assert.Equal(("resp_1", "m", 7L, "completed", QwenReplyState.Completed),
            (reply.ResponseId, reply.Model, reply.Usage!.TotalTokens, reply.FinishReason, reply.State));
        Assert.Equal("https://example.com/", Assert.Single(reply.SearchResults).Url);
        Assert.Equal(Items, string.Join(" ", turn.Conversation.Path.Last!.Items.Skip(1).Select(item => $"{item.Type}='{item.Text}'")));
        if (stream)
            Assert.Equal(
                (ResponseStreamForm.Text, ResponseStreamForm.Thinking),
                (turn.Streamed[QwenReplyDeltaKind.Text], turn.Streamed[QwenReplyDeltaKind.Thinking]));

        // With the Conversations API, the next request does not contain the items, because the service keeps the history.
        if (api == QwenApi.Conversations)
            return;
        var right = new OddTurn(api, stream);
        await right.SendAsync(Answer(stream, ItemIds.Right));
        Assert.Equal(await right.NextAsync(), await turn.NextAsync());
    }

    private static WireAnswer Answer(bool stream, ItemIds ids)
    {
        var events = new ResponseStreamForm(ids, ItemIndexes.Right,
            ItemEvents.Added | ItemEvents.Pieces | ItemEvents.TextDone | ItemEvents.PartDone | ItemEvents.ItemDone | ItemEvents.Response).Write();
        return stream ? new WireAnswer(Encoding.UTF8.GetBytes(string.Concat(events.Select(json => $"data: {json}\n\n"))))
            : new WireAnswer(Encoding.UTF8.GetBytes(JsonNode.Parse(events[^1])!["response"]!.ToJsonString())) { ContentType = "application/json" };
    }
}
