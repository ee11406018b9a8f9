using System.Text;
using System.Text.RegularExpressions;
using QwenChat.Emulator.Tools;
using QwenChat.Streaming;

namespace QwenChat.Emulator;

/// <summary>The emulator's default answers. They describe the prompt, and are deterministic.</summary>
internal static partial class DefaultReply
{
    private const int QuoteLength = 60;

    public static QwenEmulatorReply To(QwenEmulatorPrompt prompt)
    {
        string last = prompt.LastMessage;
        if (prompt.ForcedTool is { } forced)
            return new QwenEmulatorReply { ToolCalls = [new QwenToolCall("", forced.Name, SampleArguments.For(forced.Parameters))] };
        if (prompt.ResponseFormat is not null)
            return SampleArguments.For(prompt.ResponseSchema ?? SchemaIn(prompt.Instructions) ?? "{}");
        if (AsksForName().IsMatch(last))
        {
            string? name = FindName(prompt);
            return name is null ? "You have not told me your name." : $"Your name is {name}.";
        }
        var text = new StringBuilder($"You said: \"{Quote(last)}\".");
        if (prompt.Messages is [.., { Role: "tool" }])
            text.Append($" The tool returned: {string.Join(", ", Results(prompt.Messages).Select(result => $"\"{Quote(result)}\""))}.");
        if (prompt.Tools.Count > 0)
            text.Append($" I can call: {string.Join(", ", prompt.Tools)}.");
        int media = prompt.Messages.Count > 0 ? prompt.Messages[^1].Media.Count : 0;
        if (media > 0)
            text.Append(media == 1 ? " One attachment came with it." : $" {media} attachments came with it.");
        int earlier = prompt.Messages.Count(message => message.Role == "user") - 1;
        text.Append(earlier switch
        {
            <= 0 => " This is the beginning of our conversation.",
            1 => " I remember 1 earlier turn.",
            _ => $" I remember {earlier} earlier turns.",
        });
        if (prompt.Instructions is { Length: > 0 } instructions)
            text.Append($" My instructions begin: \"{Quote(instructions)}\".");
        return text.ToString();
    }

    /// <summary>
    /// Returns the tool calls of a reply. If a function must be called and the reply has no calls, a JSON object in the reply's text is used as the
    /// arguments.
    /// </summary>
    public static IReadOnlyList<QwenToolCall> CallsOf(QwenEmulatorReply reply, QwenEmulatorPrompt prompt) =>
        reply.ToolCalls.Count == 0 && prompt.ForcedTool is { } forced && reply.Text.Length > 0 && ToolArguments.Fit(reply.Text) is { } arguments
            ? [new QwenToolCall("", forced.Name, arguments)] : reply.ToolCalls;

    private static string? SchemaIn(string? instructions)
    {
        int end = instructions?.LastIndexOf('}') ?? -1;
        for (int at = 0; at <= end && instructions!.IndexOf('{', at) is var start and >= 0 && start < end; at = start + 1)
        {
            if (ToolArguments.Fit(instructions[start..(end + 1)]) is { } schema && schema.Contains("\"type\"", StringComparison.Ordinal))
                return schema;
        }
        return null;
    }

    /// <summary>Returns the tool results after the user's newest message.</summary>
    private static IEnumerable<string> Results(IReadOnlyList<QwenEmulatorMessage> messages) =>
        messages.Reverse().TakeWhile(message => message.Role != "user").Where(message => message.Role == "tool").Select(message => message.Text).Reverse();

    public static string Thinking(IReadOnlyList<PromptMessage> messages)
    {
        string last = messages.LastOrDefault(message => message.Role == "user")?.Text ?? "";
        return $"The user says: \"{Quote(last)}\". I will answer that.";
    }

    private static string? FindName(QwenEmulatorPrompt prompt)
    {
        for (int i = prompt.Messages.Count - 1; i >= 0; i--)
        {
            if (prompt.Messages[i].Role != "assistant" && GivesName().Match(prompt.Messages[i].Text) is { Success: true } match)
                return match.Groups[1].Value;
        }
        // A summary or recalled text in the instructions may contain the user's name.
        return GivesName().Match(prompt.Instructions ?? "") is { Success: true } told ? told.Groups[1].Value : null;
    }

    /// <summary>Returns the beginning of the text, on one line.</summary>
    public static string Quote(string text)
    {
        string line = Spaces().Replace(text, " ").Trim();
        if (line.Length <= QuoteLength)
            return line;
        int end = char.IsHighSurrogate(line[QuoteLength - 1]) ? QuoteLength - 1 : QuoteLength;
        return line[..end] + "…";
    }

    [GeneratedRegex(@"\b(?:what(?:'s| is)|remember|recall|know|tell me|say)\b[^.?!]*\bmy name\b", RegexOptions.IgnoreCase)]
    private static partial Regex AsksForName();

    [GeneratedRegex(@"\b(?:[Mm]y name is|[Nn]ame is|I'm|I am|I’m)\s+(\p{Lu}[\p{L}'’-]*)")]
    private static partial Regex GivesName();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
