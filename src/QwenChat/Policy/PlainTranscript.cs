using System.Text;
using QwenChat.Model;
using QwenChat.Protocols;

namespace QwenChat.Policy;

/// <summary>
/// Formats turns as plain text for a model, without thinking. A line of quoted text cannot imitate the line of another speaker (<see cref="QuotedText"/>).
/// </summary>
internal static class PlainTranscript
{
    /// <summary>The prefix of a line about a file.</summary>
    public const string MediumMark = "[file: ";

    public static string Of(QwenTurn turn, IChatProtocol protocol)
    {
        var text = new StringBuilder();
        foreach (var item in turn.Items)
        {
            if (item.Type == "reasoning" || protocol.ReadMessage(item) is not { } message)
                continue;
            string said = string.Join('\n', message.Parts.Select(Quote).Where(part => part.Length > 0));
            if (said.Length > 0)
                text.Append(Speaker(message.Role)).Append(": ").Append(QuotedText.AfterLabel(said)).Append('\n');
            foreach (var call in message.ToolCalls)
                text.Append("Assistant calls ").Append(QuotedText.AfterLabel($"{call.Name}: {call.Arguments}")).Append('\n');
        }
        return text.ToString();
    }

    private static string Quote(DraftPart part) => part.Kind == "text" ? part.Value : MediumMark + QuotedMedium.Describe(part) + "]";

    private static string Speaker(string role) => role switch
    {
        "user" => "User",
        "assistant" => "Assistant",
        "tool" => "Result of the call",
        _ => "System",
    };
}
