using System.Text;
using QwenChat.Model;
using QwenChat.Protocols.Responses;
using QwenChat.Streaming;
using Xunit;

namespace QwenChat.Tests.Protocols;

/// <summary>Tests that the parts of a response that are not text are kept: images, unknown items and parts, and counts in unusual fields.</summary>
public class ResponseItemsKeptTests
{
    private static readonly ResponsesProtocol Protocol = new();

    private static string Events(params string[] events) => string.Concat(events.Select(e => $"data:{e}\n\n"));

    private static string CompletedWith(string output) =>
        $"{{\"type\":\"response.completed\",\"response\":{{\"id\":\"resp_1\",\"status\":\"completed\",\"output\":[{output}]}}}}";

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    public void An_empty_message_is_not_an_item(string content)
    {
        string output =
            $$"""{"type":"message","id":"a","role":"assistant","content":{{content}}},{"type":"message","id":"b","role":"assistant","content":["""
            + """{"type":"output_text","text":"Second."}]}""";
        Assert.Equal("Second.", Assert.Single(Replay.Stream(Protocol, Events(CompletedWith(output))).Items).Text);
    }

    [Fact]
    public void A_single_event_as_the_body_is_read() =>
        Assert.Equal("hello",
        Replay.Body(Protocol, CompletedWith("""{"type":"message","role":"assistant","content":[{"type":"output_text","text":"hello"}]}""")).Text);

    [Theory]
    [InlineData("""{"type":"image_generation_call","id":"ig","status":"completed","result":"iVBORw0KGgo="}""", "data:image/png;base64,iVBORw0KGgo=")]
    [InlineData("""{"type":"message","role":"assistant","content":[{"type":"output_image","image_url":"https://example.com/i.png"}]}""",
        "https://example.com/i.png")]
    public void An_image_is_an_answer(string item, string address)
    {
        var answer = Replay.Body(Protocol, $"{{\"status\":\"completed\",\"output\":[{item}]}}");
        var kept = Assert.Single(Protocol.WriteAnswer(answer, DateTimeOffset.UnixEpoch));
        Assert.Equal(("", "output_image", address), (kept.Text, Assert.Single(kept.Content).Type, kept.Content[0].Url));
        var said = Protocol.ReadMessage(kept)!;
        Assert.Equal(("assistant", "image", address), (said.Role, Assert.Single(said.Parts).Kind, said.Parts[0].Value));
    }

    [Fact]
    public void Unknown_items_and_parts_are_kept()
    {
        const string output =
            """{"type":"ocr_result","id":"o","words":[1,2]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"read","logprobs":["""
            + """{"token":"read"}]},{"type":"hologram","data":"z"}]}""";
        foreach (var answer in (ReplyBuilder[])[Replay.Body(Protocol, $"{{\"status\":\"completed\",\"output\":[{output}]}}"),
            Replay.Stream(Protocol, Events(CompletedWith(output)))])
        {
            Assert.Equal(["ocr_result", "message"], answer.Items.Select(item => item.Type));
            Assert.Equal(("read", 2), (answer.Text, answer.Items[1].Content.Count));
            Assert.Contains("\"logprobs\":[{\"token\":\"read\"}]", Encoding.UTF8.GetString(answer.Items[1].Json.Span), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("\"request_id\":\"r1\",\"usage\":{\"input_tokens\":8,\"output_tokens\":9,\"total_tokens\":17}")]
    [InlineData("\"x_groq\":{\"id\":\"r1\",\"usage\":{\"input_tokens\":8,\"output_tokens\":9,\"total_tokens\":17}}")]
    public void Counts_and_the_request_id_are_read_from_all_known_fields(string fields)
    {
        string response = $"{{\"status\":\"completed\",\"output\":[],{fields}}}";
        foreach (var answer in (ReplyBuilder[])[Replay.Body(Protocol, response),
            Replay.Stream(Protocol, Events($"{{\"type\":\"response.completed\",\"response\":{response}}}"))])
            Assert.Equal(("r1", 17L), (answer.RequestId, answer.Usage?.TotalTokens));
    }
}
