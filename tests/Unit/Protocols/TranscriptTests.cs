using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Messages;
using QwenChat.Protocols.Responses;
using Xunit;

namespace QwenChat.Tests.Protocols;

public class TranscriptTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    private static readonly MessageDraft[] Said =
    [
        MessageDraft.OfText("user", "Weather?"),
        MessageDraft.OfText("assistant", "Wait.") with { Thinking = "hm", ToolCalls = [new("1", "f", "{}"), new("2", "g", "{}")] },
        MessageDraft.OfText("tool", "sunny") with { ToolCallId = "1" },
        MessageDraft.OfText("tool", "rainy") with { ToolCallId = "2" },
        MessageDraft.OfText("assistant", "Mixed."),
    ];

    private static string Describe(IEnumerable<MessageDraft> drafts) => string.Join('\n', drafts.Select(draft =>
        $"{draft.Role}|{draft.Thinking}|{string.Concat(draft.Parts)}|{string.Concat(draft.ToolCalls)}|{draft.ToolCallId}"));

    public static TheoryData<string> Apis => new("Chat", "Responses", "Native", "Multimodal");

    [Theory]
    [MemberData(nameof(Apis))]
    public void The_transcript_survives_a_round_trip(string api)
    {
        IChatProtocol protocol = api switch
        {
            "Chat" => new ChatCompletionsProtocol(),
            "Responses" => new ResponsesProtocol(),
            _ => new DashScopeProtocol(api == "Multimodal"),
        };
        Assert.Equal(Describe(Said), Describe(TranscriptReader.Read(protocol, Said.SelectMany(draft => protocol.WriteMessage(draft, Now)))));
    }
}
