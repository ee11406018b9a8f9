using System.Collections;
using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>Tells arguments that stand for a conversation from others, and says what to give instead.</summary>
internal static class ConversationArgument
{
    /// <summary>Whether an argument stands for a conversation whatever else is given: it is one, came from one, or is nothing at all.</summary>
    public static bool IsMeant(object? given) => (given is PSObject wrapped ? wrapped.BaseObject : given) switch
    {
        null or IQwenConversation or QwenReplyDelta => true,
        object[] several => Array.Exists(several, one => one is not null && IsMeant(one)),
        _ => DeserializedObject.Describe(given) is not null,
    };

    /// <summary>The error text.</summary>
    /// <param name="given">The argument as it came.</param>
    /// <param name="value">The object in it.</param>
    public static string Refusal(object given, object value)
    {
        if (DeserializedObject.Describe(given) is { } serialized)
            return serialized;
        return value switch
        {
            QwenReplyDelta => "A piece of a streamed answer is no conversation. The last piece has the reply: its Reply.",
            QwenStoredResponse response =>
                $"A stored response is no conversation. Get-QwenResponse {response.Id} -AsConversation writes one that goes on from it.",
            QwenSearchHit => "A search hit is no conversation. Get-QwenConversation, to which it is piped, finds the conversation.",
            IDictionary or not IEnumerable => $"An object of type {value.GetType().Name} is no conversation. Give an object, a reply, an id or a name.",
            IEnumerable several =>
                $"{several.Cast<object?>().Count()} objects were given where one conversation is meant. Pipe them, and each is used in turn.",
        };
    }
}
