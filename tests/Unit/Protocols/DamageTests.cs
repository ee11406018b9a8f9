using QwenChat.Protocols;
using QwenChat.Protocols.Conversations;
using QwenChat.Protocols.Errors;
using QwenChat.Protocols.Messages;
using QwenChat.Protocols.Responses;
using QwenChat.Streaming;
using Xunit;

namespace QwenChat.Tests.Protocols;

/// <summary>Tests that readers throw no exception except QwenException, whatever the service sends.</summary>
public class DamageTests
{
    private static readonly byte[][] Pieces =
        [.. ((string[])["{", "}", "[", "]", "\"", ",", ":", "null", "7", "-1e999", "true", "\\ud800", "\\", "\n", "\r", "\n\n", "data:", "\uFEFF"])
        .Select(System.Text.Encoding.UTF8.GetBytes), [0xFF], [0xC3], [0]];

    public static TheoryData<string> Samples =>
        new("2.4-response.json", "2.6-text.sse", "2.6-thinking-and-search.sse", "2.6-failed.sse", "2.7-input-items.json", "4.2-chat.json", "4.3-chat.sse",
        "6.5-omni.sse");

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_damaged_answer_is_read_or_rejected(string sample)
    {
        byte[] whole = TestFiles.Sample(sample);
        var random = new Random(1);
        for (int i = 0; i < 300; i++)
        {
            byte[] damaged = Damage(whole, random);
            foreach (IChatProtocol protocol in (IChatProtocol[])[new ChatCompletionsProtocol(), new ResponsesProtocol(), new DashScopeProtocol(false)])
            {
                ReadOrRefuse(() => Use(Replay.Stream(protocol, damaged), protocol));
                ReadOrRefuse(() => Use(Replay.Body(protocol, damaged), protocol));
            }
            ReadOrRefuse(() => StateReader.ReadItems(damaged));
            ReadOrRefuse(() => StateReader.ReadResponse(damaged));
            Assert.NotEmpty(ErrorReader.Read(400, damaged, null).Message);
        }
    }

    private static byte[] Damage(byte[] whole, Random random)
    {
        byte[] damaged = whole;
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            int from = random.Next(damaged.Length), to = Math.Min(damaged.Length, from + random.Next(20));
            damaged = [.. damaged[..from], .. Pieces[random.Next(Pieces.Length)], .. damaged[to..]];
        }
        return damaged;
    }

    /// <summary>Writes the items of an answer and reads them back. Storing, displaying and converting an answer use the same code.</summary>
    private static void Use(ReplyBuilder answer, IChatProtocol protocol)
    {
        var items = protocol.WriteAnswer(answer, DateTimeOffset.UnixEpoch);
        foreach (var item in items)
            Assert.NotNull(item.Text + item.Content.Count);
        TranscriptReader.Read(protocol, items);
    }

    private static void ReadOrRefuse(Action read)
    {
        try
        {
            read();
        }
        catch (QwenException)
        {
            // The input was rejected. Any other exception fails the test.
        }
    }
}
