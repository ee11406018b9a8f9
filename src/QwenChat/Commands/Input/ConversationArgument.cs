using System.Collections;
using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>Distinguishes conversation arguments from others, and explains what to give instead.</summary>
internal static class ConversationArgument
{
    /// <summary>Whether an argument is for a conversation regardless of the others: it is a conversation, comes from one, or is null.</summary>
    public static bool IsMeant(object? given) => (given is PSObject wrapped ? wrapped.BaseObject : given) switch
    {
        null or IQwenConversation or QwenReplyDelta => true,
        object[] several => Array.Exists(several, one => one is not null && IsMeant(one)),
        _ => DeserializedObject.Describe(given) is not null,
    };

    /// <summary>Returns the error message.</summary>
    /// <param name="given">The argument as given.</param>
    /// <param name="value">The object inside it.</param>
    public static string Refusal(object given, object value)
    {
        if (DeserializedObject.Describe(given) is { } serialized)
            return serialized;
        return value switch
        {
            QwenReplyDelta => "A piece of a streamed answer is not a conversation. Use the Reply of the last piece.",
            QwenStoredResponse response =>
                $"A stored response is not a conversation. Get-QwenResponse {response.Id} -AsConversation returns a conversation that continues from it.",
            QwenSearchHit => "A search hit is not a conversation. Pipe it to Get-QwenConversation to find the conversation.",
            IDictionary or not IEnumerable => $"An object of type {value.GetType().Name} is not a conversation. Give a conversation, a reply, an id or a name.",
            IEnumerable several =>
                $"{several.Cast<object?>().Count()} objects were given, but this parameter takes one conversation. Pipe them to process each.",
        };
    }
}
