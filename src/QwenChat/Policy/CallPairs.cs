using QwenChat.Model;

namespace QwenChat.Policy;

/// <summary>Finds positions where a conversation may be cut: between turns, but never between a tool call and its result.</summary>
internal static class CallPairs
{
    /// <summary>Returns the nearest position at or before <paramref name="place"/> that does not separate a tool call from its result.</summary>
    /// <param name="path">The turns.</param>
    /// <param name="input">The items that follow the last turn.</param>
    /// <param name="place">The desired position, from 0 to the number of turns.</param>
    public static int AtOrBefore(TurnPath path, IReadOnlyList<QwenItem> input, int place)
    {
        while (place > 0 && AnswersCall(place == path.Count ? input : path[place].Items, place == path.Count ? input.Count : path[place].InputCount))
            place--;
        return place;
    }

    private static bool AnswersCall(IReadOnlyList<QwenItem> items, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (items[i].Role == "tool" || items[i].Type is "function_call_output" or "custom_tool_call_output")
                return true;
        }
        return false;
    }
}
