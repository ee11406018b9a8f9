using System.Text.Json;

namespace QwenChat.Emulator.Tools;

/// <summary>Checks that each tool call of an assistant message is answered by a tool message before any other message follows (wire §14.2).</summary>
internal sealed class OpenToolCalls(Func<string, ApiRefusal> refusal)
{
    private readonly HashSet<string> _open = [];
    private readonly HashSet<string> _called = [];

    /// <summary>Reads a tool message.</summary>
    /// <exception cref="ApiRefusal">The message does not answer a call of the preceding assistant message.</exception>
    public void Answer(string? callId)
    {
        if (callId is null || !_called.Contains(callId))
            throw refusal("messages with role \"tool\" must be a response to a preceeding message with \"tool_calls\".");
        _open.Remove(callId);
    }

    /// <summary>Reads the tool calls of a message that is not a tool message.</summary>
    /// <exception cref="ApiRefusal">Earlier calls are not answered.</exception>
    public void Begin(JsonElement toolCalls, int index)
    {
        End(index);
        _called.Clear();
        foreach (var call in toolCalls.Elements())
            _called.Add(call.Text("id") ?? "");
        _open.UnionWith(_called);
    }

    public void End(int index)
    {
        if (_open.Count > 0)
        {
            throw refusal("An assistant message with \"tool_calls\" must be followed by tool messages responding to each \"tool_call_id\". " +
                $"The following tool_call_ids did not have response messages: message[{index}].role");
        }
    }
}
