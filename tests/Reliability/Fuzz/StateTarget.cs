using QwenChat.Protocols;
using QwenChat.Protocols.Conversations;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>Fuzzes the readers of conversations, items and responses that the service stores.</summary>
internal sealed class StateTarget() : FuzzTarget("state", SeedFiles.State)
{
    protected override void Read(byte[] input)
    {
        Attempt(() => Demand(StateReader.ReadConversation(input).Id.Length > 0, "A conversation has no id."));
        Attempt(() => Look(StateReader.ReadItems(input).Items));
        Attempt(() => Look([StateReader.ReadItem(input)]));
        Attempt(() => StateReader.ReadResponse(input));
        Attempt(() => StateReader.ReadDeleted(input));
    }

    private static void Look(IReadOnlyList<QwenItem> items)
    {
        foreach (var item in items)
            Demand(item.Text is not null && item.Content is not null, "An item has no text or no content.");
        TranscriptReader.Read(ChatProtocol.For(QwenApi.Conversations, "qwen-plus"), items);
    }

    private static void Attempt(Action read)
    {
        try
        {
            read();
        }
        catch (QwenException)
        {
            // A QwenException is the only valid rejection of an input. The other readers still run.
        }
    }
}
