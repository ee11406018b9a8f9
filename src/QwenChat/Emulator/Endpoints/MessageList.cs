using System.Text.Json;
using QwenChat.Emulator.Tools;

namespace QwenChat.Emulator.Endpoints;

/// <summary>Reads the <c>messages</c> of Chat Completions and the native API.</summary>
internal static class MessageList
{
    private const string Malformed = "Required body invalid, please check the request body format.";

    public static List<PromptMessage> Read(JsonElement array, EmulatedModel model, Func<string, ApiRefusal> parameter, Func<string, ApiRefusal> engine)
    {
        if (!array.Exists())
            throw parameter("Either \"prompt\" or \"messages\" must exist and cannot both be none");
        if (array.ValueKind != JsonValueKind.Array)
            throw parameter(Malformed);
        if (array.GetArrayLength() == 0)
            throw parameter("[] is too short");
        var messages = new List<PromptMessage>(array.GetArrayLength());
        var calls = new OpenToolCalls(engine);
        foreach (var element in array.EnumerateArray())
        {
            string role = element.Text("role") ?? throw parameter(Malformed);
            if (role == "system" && messages.Count > 0 && model.TakesOneSystemMessage)
                throw engine("System message must be at the beginning.");
            var toolCalls = element.Get("tool_calls");
            if (role == "tool")
                calls.Answer(element.Text("tool_call_id"));
            else
                calls.Begin(toolCalls, messages.Count);
            var content = element.Get("content");
            // An assistant message that contains only tool calls has no content.
            if (!content.Exists() && !toolCalls.Elements().Any())
                throw parameter("The content field is a required field.");
            if (content.Exists() && content.ValueKind is not (JsonValueKind.String or JsonValueKind.Array))
                throw parameter("input content must be a string.");
            messages.Add(PromptMessage.Read(role, content, element.Text("reasoning_content")) with
            {
                ToolCalls = ReadCalls(toolCalls, engine),
                ToolCallId = role == "tool" ? element.Text("tool_call_id") : null,
            });
        }
        CheckDocuments(messages, model, parameter);
        calls.End(messages.Count);
        if (!messages.Exists(message => message.Role == "user"))
            throw engine("The input messages do not contain elements with the role of user.");
        return messages;
    }

    /// <summary>Checks the documents. The limits and the required file name are documented (wire §17); the error messages are assumed [A28].</summary>
    private static void CheckDocuments(List<PromptMessage> messages, EmulatedModel model, Func<string, ApiRefusal> parameter)
    {
        var documents = messages.SelectMany(message => message.Documents).ToArray();
        if (documents.Length > 0 && !model.ReadsPdf)
            throw parameter($"The model {model.Id} does not support file input.");
        if (documents.Any(document => document.IsInline && string.IsNullOrEmpty(document.FileName)))
            throw parameter("The filename field is required when file_data is used.");
        if (documents.Any(document => document.Pages > EmulatedDocument.MaximumPages))
            throw parameter($"The file exceeds the limit of {EmulatedDocument.MaximumPages} pages.");
    }

    /// <summary>
    /// Reads the tool calls of a message. Users report that the service rejects arguments that are not a JSON object, with the error message
    /// <see cref="EmulatedToolCalls.ArgumentsForm"/>.
    /// </summary>
    private static QwenToolCall[] ReadCalls(JsonElement calls, Func<string, ApiRefusal> engine) => calls.Elements().Select(call =>
    {
        var function = call.Get("function");
        string arguments = function.Text("arguments") ?? "";
        return EmulatedToolCalls.HasJsonArguments(arguments)
            ? new QwenToolCall(call.Text("id") ?? "", function.Text("name") ?? "", arguments)
            : throw engine(EmulatedToolCalls.ArgumentsForm);
    }).ToArray();

    /// <summary>Separates the system messages at the start of a conversation from the other messages.</summary>
    public static (string? Instructions, bool IsMarked, List<PromptMessage> Messages) Part(List<PromptMessage> messages)
    {
        int count = messages.FindIndex(message => message.Role is not ("system" or "developer"));
        if (count <= 0)
            return (null, false, messages);
        var first = messages.GetRange(0, count);
        return (string.Join("\n", first.Select(message => message.Text)), first.Exists(message => message.IsMarked),
            messages.GetRange(count, messages.Count - count));
    }
}
