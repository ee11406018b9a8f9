using System.Text;
using QwenChat.Model;
using QwenChat.Protocols.Conversations;
using QwenChat.Protocols.Responses;
using Xunit;

namespace QwenChat.Tests.Protocols;

public class StateTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static IReadOnlyList<QwenItem> Say(string role, string text) => new ResponsesProtocol().WriteMessage(MessageDraft.OfText(role, text), Now);

    [Fact]
    public void A_conversation_is_read()
    {
        var conversation = StateReader.ReadConversation(
            Utf8("""{"created_at":1771316949128,"id":"conv_xxx","metadata":{"topic":"demo","n":7,"none":null},"object":"conversation"}"""));
        Assert.Equal(("conv_xxx", DateTimeOffset.FromUnixTimeMilliseconds(1771316949128)), (conversation.Id, conversation.CreatedAt));
        Assert.Equal(new Dictionary<string, string> { ["topic"] = "demo", ["n"] = "7" }, conversation.Metadata);
    }

    [Fact]
    public void A_page_of_items_is_read()
    {
        var page = StateReader.ReadItems(TestFiles.Sample("2.7-input-items.json"));
        Assert.Equal((false, "msg_8dac4972-fdba-42b5-bed9-280441ced8ea", "msg_8dac4972-fdba-42b5-bed9-280441ced8ea"),
            (page.HasMore, page.FirstId, page.LastId));
        var item = Assert.Single(page.Items);
        Assert.Equal(("你好", "user", "message", "completed"), (item.Text, item.Role, item.Type, item.Status));
    }

    [Fact]
    public void An_empty_page_is_read()
    {
        var page = StateReader.ReadItems("""{"object":"list","data":[],"has_more":false,"first_id":null,"last_id":null}"""u8);
        Assert.Equal((0, false, null, null), (page.Items.Count, page.HasMore, page.FirstId, page.LastId));
    }

    [Fact]
    public void The_last_id_of_a_page_without_ids_is_that_of_its_last_item() =>
        Assert.Equal("b", StateReader.ReadItems("""{"data":[{"id":"a"},7,{"id":"b"}],"has_more":true}"""u8).LastId);

    [Fact]
    public void An_item_is_read() =>
        Assert.Equal("hi",
        StateReader.ReadItem("""{"content":[{"text":"hi","type":"input_text"}],"id":"msg_xxx","role":"user","status":"completed","type":"message"}"""u8).Text);

    [Fact]
    public void A_stored_response_is_read()
    {
        var response = StateReader.ReadResponse(TestFiles.Sample("2.7-stored-response.json"));
        Assert.Equal(("你好！很高兴见到你。有什么我可以帮助你的吗？", "resp_801bc2c4-93d9-910f-b35d-5274f5a737c1"), (response.Fold.Text, response.Fold.ResponseId));
        Assert.Null(response.PreviousResponseId);
    }

    [Theory]
    [InlineData("""{"status":"completed","output":[],"previous_response_id":"resp_0","conversation":{"id":"conv_1"},"instructions":"Be brief."}""")]
    [InlineData("""{"status":"completed","output":[],"previous_response_id":"resp_0","conversation":"conv_1","instructions":"Be brief."}""")]
    public void A_stored_response_has_its_conversation(string body)
    {
        var response = StateReader.ReadResponse(Utf8(body));
        Assert.Equal(("resp_0", "conv_1", "Be brief."), (response.PreviousResponseId, response.ConversationId, response.Instructions));
    }

    [Theory]
    [InlineData("""{"deleted":true,"id":"conv_xxx","object":"conversation.deleted"}""", true)]
    [InlineData("""{"deleted":false,"id":"conv_xxx"}""", false)]
    [InlineData("""{"id":"conv_xxx","object":"conversation","created_at":1}""", true)]
    public void A_deletion_is_read(string body, bool expected) => Assert.Equal(expected, StateReader.ReadDeleted(Utf8(body)));

    public static TheoryData<string> Readers => new("conversation", "items", "item", "response", "deleted");

    private static void Read(string what, string body)
    {
        byte[] bytes = Utf8(body);
        _ = what switch
        {
            "conversation" => (object)StateReader.ReadConversation(bytes),
            "items" => StateReader.ReadItems(bytes),
            "item" => StateReader.ReadItem(bytes),
            "response" => StateReader.ReadResponse(bytes),
            _ => StateReader.ReadDeleted(bytes),
        };
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public void An_error_body_is_reported_as_an_error(string what) =>
        Assert.Equal(QwenErrorKind.NotFound,
            Assert.Throws<QwenException>(() =>
                Read(what, """{"error":{"message":"Conversation with id 'conv_x' not found.","type":"invalid_request_error","code":null}}""")).Kind);

    [Theory]
    [MemberData(nameof(Readers))]
    public void Invalid_JSON_is_a_protocol_error(string what)
    {
        foreach (string body in (string[])["", "<html>", "[]", "{\"a\":"])
            Assert.Equal(QwenErrorKind.ProtocolError, Assert.Throws<QwenException>(() => Read(what, body)).Kind);
    }

    [Fact]
    public void A_conversation_is_created() =>
        Assert.Equal("""{"metadata":{"topic":"demo"},"items":[{"type":"message","role":"system","content":[{"type":"input_text","text":"s"}]}]}""",
            Encoding.UTF8.GetString(ConversationBodies.Create(Say("system", "s"), new Dictionary<string, string> { ["topic"] = "demo" })));

    [Fact]
    public void A_conversation_is_created_without_items() =>
    Assert.Equal("{}", Encoding.UTF8.GetString(ConversationBodies.Create([], new Dictionary<string, string>())));

    [Fact]
    public void Metadata_can_be_cleared() =>
    Assert.Equal("""{"metadata":{}}""", Encoding.UTF8.GetString(ConversationBodies.Update(new Dictionary<string, string>())));

    [Fact]
    public void Items_from_the_service_are_added_as_new_items()
    {
        var answer = StateReader.ReadResponse(TestFiles.Sample("2.7-stored-response.json")).Fold.Items[0];
        Assert.Equal(
            """{"items":[{"type":"message","role":"user","content":[{"type":"input_text","text":"a"}]},"""
                + """{"type":"message","role":"assistant","content":[{"type":"output_text","text":"你好！很高兴见到你。有什么我可以帮助你的吗？"}]}]}""",
            Encoding.UTF8.GetString(ConversationBodies.AddItems([.. Say("user", "a"), answer])));
    }

    [SharedFact]
    public void Recorded_conversations_are_read()
    {
        foreach (string path in (string[])["basic/create_conversation_response.json", "create_with_items/create_response.json",
            "update_conversation/response.json"])
        {
            var conversation = StateReader.ReadConversation(TestFiles.Recording("openai", "Conversations", path));
            Assert.StartsWith("conv_", conversation.Id, StringComparison.Ordinal);
            Assert.NotEmpty(conversation.Metadata);
            Assert.Equal(2025, conversation.CreatedAt!.Value.Year);
        }
    }

    [SharedFact]
    public void Recorded_items_are_read()
    {
        var page = StateReader.ReadItems(TestFiles.Recording("openai", "Conversations", "list_items", "response.json"));
        Assert.Contains("The capital of France is Paris.", page.Items.Select(item => item.Text));
        Assert.Equal((page.FirstId, page.LastId), (page.Items[0].Id, page.Items[^1].Id));
        Assert.Equal(["What is the weather like today?", "Tell me a joke!"],
            StateReader.ReadItems(TestFiles.Recording("openai", "Conversations", "add_items", "response.json")).Items.Select(item => item.Text));
    }

    [SharedFact]
    public void A_recorded_response_has_its_conversation() =>
        Assert.StartsWith("conv_", StateReader.ReadResponse(
        TestFiles.Recording("openai", "Conversations", "basic", "first_message_response.json")).ConversationId, StringComparison.Ordinal);
}
