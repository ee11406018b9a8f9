using System.Collections;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Turn;

namespace QwenChat.Commands.Tools;

/// <summary>Reads <c>-ToolOutput</c>: the results for the pending tool calls of an answer.</summary>
internal static class ToolResults
{
    /// <summary>Returns the results as messages, in the order of the calls.</summary>
    /// <param name="results">The results by call id.</param>
    /// <param name="target">The conversation, or the reply with the calls.</param>
    /// <exception cref="QwenException">An id does not belong to a pending call of the answer.</exception>
    public static MessageDraft[] Read(IDictionary results, IQwenConversation? target)
    {
        if (target is null)
            throw Refuse("-ToolOutput provides results for the tool calls in a reply. Specify the conversation, or pipe the reply.");
        var open = OpenCallsOf(target);
        if (open.Count == 0)
            throw Refuse("The last answer has no pending tool call, so -ToolOutput cannot be used.");
        foreach (object key in results.Keys)
        {
            OpenCalls.Check(open, $"{key}");
        }
        return [.. open.Where(call => results.Contains(call.Id))
            .Select(call => MessageDraft.OfText("tool", Text(results[call.Id])) with { ToolCallId = call.Id })];
    }

    /// <summary>Returns the conversation to continue. For a reply that is not the last reply of its conversation, returns a new branch.</summary>
    public static QwenConversation ConversationOf(IQwenConversation target) =>
        target is QwenReply reply && reply.Conversation.Path.Last == reply.Turn ? reply.Conversation : target.Continue();

    private static IReadOnlyList<QwenToolCall> OpenCallsOf(IQwenConversation target)
    {
        var reply = target as QwenReply;
        var conversation = reply?.Conversation ?? target.Continue();
        return OpenCalls.Of(reply?.Turn ?? conversation.Path.Last, ChatProtocol.For(conversation.ApiKind, conversation.Model));
    }

    private static string Text(object? value)
    {
        var output = new ToolOutput();
        if (value is IEnumerable several and not (string or IDictionary))
        {
            foreach (object? one in several)
                output.Add(one);
        }
        else
        {
            output.Add(value);
        }
        return output.ToText();
    }

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
