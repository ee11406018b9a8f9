using System.Collections;
using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>Distinguishes conversation arguments from other arguments, and explains which values are accepted.</summary>
internal static class ConversationArgument
{
    /// <summary>Returns whether an argument is meant as a conversation, judging only by its type. Null counts as a conversation.</summary>
    public static bool IsMeant(object? given) => (given is PSObject wrapped ? wrapped.BaseObject : given) switch
    {
        null or IQwenConversation or QwenReplyDelta => true,
        object[] several => Array.Exists(several, one => one is not null && IsMeant(one)),
        _ => DeserializedObject.Describe(given) is not null,
    };

    /// <summary>Returns the error message for a value that is not a conversation.</summary>
    /// <param name="given">The argument.</param>
    /// <param name="value">The argument without PowerShell's wrapper.</param>
    public static string Refusal(object given, object value)
    {
        if (DeserializedObject.Describe(given) is { } serialized)
            return serialized;
        return value switch
        {
            QwenReplyDelta => "A chunk of a streamed answer is not a conversation. Use the Reply property of the last chunk.",
            QwenStoredResponse response =>
                $"A stored response is not a conversation. Use Get-QwenResponse {response.Id} -AsConversation to get a conversation that continues from it.",
            QwenSearchHit => "A search hit is not a conversation. Pipe it to Get-QwenConversation to get the conversation.",
            IDictionary or not IEnumerable =>
                $"An object of type {value.GetType().Name} is not a conversation. Specify a conversation, a reply, an id or a name.",
            IEnumerable several =>
                several.Cast<object?>().Count() is > 1 and var count
                    ? $"{count} objects were specified, but this parameter accepts only one conversation. To process all, pipe them."
                    : "A list was specified, but this parameter accepts only one conversation. Specify a conversation, a reply, an id or a name.",
        };
    }
}
