using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Messages;
using QwenChat.Protocols.Responses;
using QwenChat.Streaming;
using QwenChat.Tests.Model;
using Xunit;

namespace QwenChat.Tests.Protocols;

public partial class RequestTests
{
    private static MessageDraft Media() => new("user",
    [
        DraftPart.OfText("Look"), new("image", "https://x/a.png"), new("video", "https://x/a.mp4"), new("audio", "https://x/a.mp3?x=1"),
            new("audio", "data:audio/wav;base64,AA=="),
    ]);

    [Fact]
    public void Chat_writes_media_as_parts() =>
        Assert.Equal(
        """{"role":"user","content":[{"type":"text","text":"Look"},{"type":"image_url","image_url":{"url":"https://x/a.png"}},"""
            + """{"type":"video_url","video_url":{"url":"https://x/a.mp4"}},{"type":"input_audio","input_audio":{"data":"https:"""
            + """//x/a.mp3?x=1","format":"mp3"}},{"type":"input_audio","input_audio":{"data":"data:audio/wav;base64,AA==","format":"wav"}}]}""",
            Json(Chat.WriteMessage(Media(), Now)[0]));

    [Fact]
    public void Responses_writes_media_as_parts() =>
        Assert.Equal(
        """{"type":"message","role":"user","content":[{"type":"input_text","text":"Look"},{"type":"input_image","image_url":"https://x/a.png"},"""
            + """{"type":"input_video","video_url":"https://x/a.mp4"},{"type":"input_audio","format":"mp3","audio_url":"https://x/a.mp3?x=1"},"""
            + """{"type":"input_audio","format":"wav","data":"data:audio/wav;base64,AA=="},{"type":"input_file","file_url":"https://x/a.pdf"}]}""",
            Json(Responses.WriteMessage(Media() with { Parts = [.. Media().Parts, new("file", "https://x/a.pdf")] }, Now)[0]));

    private static MessageDraft Asking => MessageDraft.OfText("assistant", "Wait.") with { Thinking = "hm", ToolCalls = [new("call_1", "f", "{\"x\":1}")] };

    [Fact]
    public void Chat_writes_calls_in_the_message() =>
        Assert.Equal(["""{"reasoning_content":"hm"}""",
        """{"role":"assistant","content":"Wait.","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]}"""],
            Chat.WriteMessage(Asking, Now).Select(Json));

    [Fact]
    public void Responses_writes_calls_as_separate_items() =>
        Assert.Equal(
            [
                """{"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}]}""",
                """{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Wait."}]}""",
                """{"type":"function_call","name":"f","arguments":"{\"x\":1}","call_id":"call_1"}""",
            ], Responses.WriteMessage(Asking, Now).Select(Json));

    [Fact]
    public void Tool_results_are_written()
    {
        var result = MessageDraft.OfText("tool", "sunny") with { ToolCallId = "call_1" };
        Assert.Equal("""{"role":"tool","tool_call_id":"call_1","content":"sunny"}""", Json(Chat.WriteMessage(result, Now)[0]));
        Assert.Equal("""{"type":"function_call_output","call_id":"call_1","output":"sunny"}""", Json(Responses.WriteMessage(result, Now)[0]));
    }

    [Theory]
    [InlineData("system", "system")]
    [InlineData("developer", "system")]
    public void Chat_has_no_developer_role(string role, string written) =>
        Assert.Equal($"{{\"role\":\"{written}\",\"content\":\"a\"}}", Json(Chat.WriteMessage(MessageDraft.OfText(role, "a"), Now)[0]));

    [Fact]
    public void Items_can_be_read_back_for_another_API()
    {
        MessageDraft[] said = [MessageDraft.OfText("system", "s"), Media(), Asking, MessageDraft.OfText("tool", "sunny") with { ToolCallId = "call_1" }];
        foreach (var draft in said)
        {
            foreach (IChatProtocol protocol in (IChatProtocol[])[Chat, Responses])
            {
                var read = protocol.WriteMessage(draft, Now).Select(protocol.ReadMessage).OfType<MessageDraft>().ToArray();
                Assert.All(read, part => Assert.Equal(draft.Role, part.Role));
                Assert.Equal(draft.Parts, read.SelectMany(part => part.Parts));
                Assert.Equal(draft.ToolCalls, read.SelectMany(part => part.ToolCalls));
                Assert.Equal(draft.ToolCallId, read[0].ToolCallId);
            }
        }
    }

    [Fact]
    public void Thinking_is_not_a_message()
    {
        Assert.Null(Chat.ReadMessage(Chat.WriteMessage(Asking, Now)[0]));
        Assert.Null(Responses.ReadMessage(Responses.WriteMessage(Asking, Now)[0]));
    }

    [Fact]
    public void An_empty_answer_adds_no_message() => Assert.Empty(Chat.WriteAnswer(new ReplyBuilder(), Now));

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.DashScope)]
    [InlineData(QwenApi.Responses)]
    public void A_field_that_an_option_is_written_to_cannot_be_in_ExtraBody(QwenApi api)
    {
        var protocol = ChatProtocol.For(api, "qwen-plus");
        var options = SettingsSample.Full().Options with { ExtraBody = null };
        using var body = JsonDocument.Parse(Write(protocol, Request(protocol, options: options) with { Stream = true, Instructions = "Be brief." }));
        var fields = body.RootElement.EnumerateObject().ToArray();
        if (api == QwenApi.DashScope)
            fields = [.. fields, .. body.RootElement.GetProperty("parameters").EnumerateObject()];
        Assert.True(fields.Length > 6);
        // Two fields are exceptions: -ExtraBody may contain tools and search_options.
        Assert.All(fields.Where(field => field.Name is not ("tools" or "search_options")), field => Assert.Contains(field.Name, ChatProtocol.OwnFields(api)));
    }

    [Fact]
    public void ExtraBody_may_contain_tools_although_QwenChat_writes_that_field()
    {
        Assert.DoesNotContain("tools", ChatCompletionsProtocol.OwnFields.Concat(ResponsesProtocol.OwnFields));
        Assert.Contains("messages", ChatCompletionsProtocol.OwnFields);
        Assert.Contains("previous_response_id", ResponsesProtocol.OwnFields);
    }
}
