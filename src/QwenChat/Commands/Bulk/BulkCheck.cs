using System.Management.Automation;

namespace QwenChat.Commands.Bulk;

/// <summary>Refuses parameters of Send-QwenMessage that make no sense where each input is a message of its own, before anything is sent.</summary>
internal static class BulkCheck
{
    /// <summary>Parameters that are about one message or one conversation, and what to do instead.</summary>
    private static readonly IReadOnlyDictionary<string, string> s_ofOne = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["Name"] = "Each input begins a conversation of its own, and one name for all would find none of them. -Metadata can tell them apart.",
        ["PreviousResponseId"] =
            "It begins one conversation. To send each input on from there, give the reply or its id as -Conversation: each becomes a branch.",
        ["ConversationId"] = "A conversation object takes one turn at a time, so many inputs cannot be sent on it at once.",
        ["ToolOutput"] = "It answers the calls of one reply.",
        ["AudioPath"] = "All answers would go into one file. The sound is in each reply: [IO.File]::WriteAllBytes($path, $reply.Audio).",
    };

    /// <summary>Checks the parameters that were given.</summary>
    /// <param name="given">The parameters.</param>
    /// <param name="isBulk">Whether each input is a message of its own.</param>
    /// <param name="target">What -Conversation stands for; null without it.</param>
    /// <param name="block">The script block of -Message; null for none.</param>
    /// <param name="hasInput">Whether something is piped.</param>
    /// <exception cref="QwenException">Two of them exclude each other, or one of them lacks its input.</exception>
    public static void Check(IReadOnlyDictionary<string, object> given, bool isBulk, IQwenConversation? target, ScriptBlock? block, bool hasInput)
    {
        if (block is not null && !hasInput)
            throw Refuse("-Message is a script block, which makes the message of each piped input, and nothing is piped. Pipe the inputs, or give the "
                + "message as text: Send-QwenMessage (& { … }).");
        if (IsOn("Ordered") && !isBulk)
            throw Refuse("-Ordered is for many messages at once: give -ThrottleLimit too.");
        if (!isBulk || !hasInput)
            return;
        if (s_ofOne.FirstOrDefault(one => given.ContainsKey(one.Key)) is { Key: { } name, Value: var why })
            throw Refuse($"-{name} does not go with inputs that are messages of their own (-ForEachInput, -ThrottleLimit, a script block as -Message). {why}");
        if (given.TryGetValue("ThrottleLimit", out object? limit) && limit is > 1 && (IsOn("Show") ? "Show" : IsOn("Stream") ? "Stream" : null) is { } live)
            throw Refuse($"-{live} is for one answer at a time, and -ThrottleLimit {limit} makes several at once. Leave one of them out; a default of "
                + $"$PSDefaultParameterValues is turned off by -{live}:$false.");
        if (target is QwenConversation)
            throw Refuse("-Conversation names one conversation, which takes one turn at a time, and each input is to be a message in a conversation of "
                + "its own. Leave -Conversation out, or give a reply: then each input goes on from there, in a branch.");

        bool IsOn(string parameter) => given.TryGetValue(parameter, out object? value) && LanguagePrimitives.IsTrue(value);
    }

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
