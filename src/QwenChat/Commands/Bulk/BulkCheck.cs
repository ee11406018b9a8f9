using System.Management.Automation;

namespace QwenChat.Commands.Bulk;

/// <summary>Before the first request, rejects Send-QwenMessage parameters that do not apply when each input is a separate message.</summary>
internal static class BulkCheck
{
    /// <summary>Parameters that cannot be used when each input is a separate message. Each value is the explanation in the error message.</summary>
    private static readonly IReadOnlyDictionary<string, string> s_ofOne = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["Name"] = "Each input begins its own conversation, so all of these conversations would have the same name. Use -Metadata to distinguish them.",
        ["PreviousResponseId"] =
            "Specify the reply or its id with -Conversation instead. Each input then begins a branch of that reply.",
        ["ConversationId"] = "A conversation object can process only one turn at a time.",
        ["ToolOutput"] = "Tool output answers the tool calls of one reply.",
        ["AudioPath"] = "All answers would be saved to one file. Save the audio of each reply instead: [IO.File]::WriteAllBytes($path, $reply.Audio).",
    };

    /// <summary>Checks the bound parameters.</summary>
    /// <param name="given">The bound parameters.</param>
    /// <param name="isBulk">Whether each input is a separate message.</param>
    /// <param name="target">The value of -Conversation; null if -Conversation was omitted.</param>
    /// <param name="block">The script block of -Message; null if -Message is not a script block.</param>
    /// <param name="hasInput">Whether there is pipeline input.</param>
    /// <exception cref="QwenException">Parameters cannot be used together, or a parameter needs pipeline input.</exception>
    public static void Check(IReadOnlyDictionary<string, object> given, bool isBulk, IQwenConversation? target, ScriptBlock? block, bool hasInput)
    {
        if (block is not null && !hasInput)
            throw Refuse("-Message is a script block, which needs piped input, but nothing was piped. Pipe the inputs, or run the "
                + "script block and send its output: Send-QwenMessage (& { … }).");
        if (IsOn("Ordered") && !isBulk)
            throw Refuse("-Ordered applies only when several messages are sent concurrently. Also specify -ThrottleLimit.");
        if (!isBulk || !hasInput)
            return;
        if (s_ofOne.FirstOrDefault(one => given.ContainsKey(one.Key)) is { Key: { } name, Value: var why })
            throw Refuse($"-{name} cannot be used when each input is a separate message (-ForEachInput, -ThrottleLimit, or a script block in -Message). {why}");
        if (given.TryGetValue("ThrottleLimit", out object? limit) && limit is > 1 && (IsOn("Show") ? "Show" : IsOn("Stream") ? "Stream" : null) is { } live)
            throw Refuse($"-{live} requires one answer at a time, but -ThrottleLimit {limit} sends several messages concurrently. Remove one of the two. "
                + $"To override a default from $PSDefaultParameterValues, use -{live}:$false.");
        if (target is QwenConversation)
            throw Refuse("-Conversation specifies one conversation, which can process only one turn at a time, but each input requires "
                + "its own conversation. Remove -Conversation, or specify a reply: each input then continues from that reply, in its own branch.");

        bool IsOn(string parameter) => given.TryGetValue(parameter, out object? value) && LanguagePrimitives.IsTrue(value);
    }

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
