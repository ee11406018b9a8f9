using QwenChat.Model;

namespace QwenChat.Protocols;

/// <summary>Reads a sequence of items as messages, so that the protocol of another API can write them.</summary>
internal static class TranscriptReader
{
    /// <summary>
    /// Reads items in a protocol's format, in order. Thinking is added to the assistant's next message. Calls that are separate items are added to the
    /// assistant's previous message, because Chat Completions requires all calls in the message before the results (wire §12.3).
    /// </summary>
    public static IReadOnlyList<MessageDraft> Read(IChatProtocol protocol, IEnumerable<QwenItem> items)
    {
        var drafts = new List<MessageDraft>();
        string thinking = "";
        foreach (var item in items)
        {
            if (item.Type == "reasoning")
            {
                thinking += item.Text;
                continue;
            }
            if (item.IsForDisplay || protocol.ReadMessage(item) is not { } draft)
                continue;
            if (draft.Role == "assistant" && thinking.Length > 0)
                draft = draft with { Thinking = thinking + draft.Thinking };
            thinking = "";
            if (draft is { Role: "assistant", Parts.Count: 0, ToolCalls.Count: > 0 } && drafts.Count > 0 && drafts[^1].Role == "assistant")
                drafts[^1] = drafts[^1] with { ToolCalls = [.. drafts[^1].ToolCalls, .. draft.ToolCalls], Thinking = drafts[^1].Thinking + draft.Thinking };
            else
                drafts.Add(draft);
        }
        return drafts;
    }
}
