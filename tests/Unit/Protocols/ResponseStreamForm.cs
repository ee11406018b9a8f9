using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Tests.Protocols;

/// <summary>The ways in which a server identifies the items of a response in its events.</summary>
public enum ItemIds
{
    Right, Missing, MissingInAdded, AllTheSame, OtherInEveryEvent, OtherWhenDone, OtherInTheResponse,
}

/// <summary>The <c>output_index</c> values of a server.</summary>
public enum ItemIndexes
{
    Right, Missing, AlwaysZero, ShiftedInPieces, ShiftedWhenDone,
}

/// <summary>The kinds of events that a server sends. The last four kinds contain complete content: the text of a part, a part, an item, or all items.</summary>
[Flags]
public enum ItemEvents
{
    None = 0, Added = 1, Pieces = 2, TextDone = 4, PartDone = 8, ItemDone = 16, Response = 32,
}

/// <summary>
/// Writes an answer as the stream of a server with unusual ids, indexes and events. The answer consists of thinking, a message of two parts, a search, two
/// calls, and a message.
/// </summary>
internal sealed class ResponseStreamForm(ItemIds ids, ItemIndexes indexes, ItemEvents events)
{
    public const string Thinking = "Hm, so.";
    public const string Text = "Hello world. Bye";
    public const string First = "{\"city\":\"Oslo\"}", Second = "{\"city\":\"Rome\"}";
    private readonly List<string> _stream = [];
    private int _nextId;

    public IReadOnlyList<string> Write()
    {
        _stream.Clear();
        Add("response.created", new JsonObject { ["response"] = Response("in_progress", []) });
        JsonObject[] output = [Reasoning(), Message("Hello ", "world. "), Search(), Call("call_1", First), Call("call_2", Second), Message("Bye")];
        for (int i = 0; i < output.Length; i++)
            WriteItem(i, output[i]);
        JsonNode[] repeated = events.HasFlag(ItemEvents.Response) ? [.. output.Select((item, i) => Named(item, i, inResponse: true))] : [];
        Add("response.completed", new JsonObject { ["response"] = Response("completed", repeated) });
        return [.. _stream];
    }

    private void WriteItem(int index, JsonObject item)
    {
        if (events.HasFlag(ItemEvents.Added))
        {
            var empty = Named(item, index, isAdded: true);
            foreach (string field in (string[])["content", "summary"])
            {
                if (empty[field] is not null)
                    empty[field] = new JsonArray();
            }
            if (empty["arguments"] is not null)
                empty["arguments"] = "";
            Add("response.output_item.added", new JsonObject { ["item"] = empty, ["output_index"] = Index(index) });
        }
        WriteTexts(index, item);
        if (events.HasFlag(ItemEvents.ItemDone))
            Add("response.output_item.done", new JsonObject { ["item"] = Named(item, index, isDone: true), ["output_index"] = Index(index, isDone: true) });
    }

    private void WriteTexts(int index, JsonObject item)
    {
        string type = (string)item["type"]!;
        var (name, parts) = type switch
        {
            "message" => ("output_text", item["content"]!.AsArray().Select(part => (string)part!["text"]!).ToArray()),
            "reasoning" => ("reasoning_text", [Thinking]),
            "function_call" => ("function_call_arguments", [(string)item["arguments"]!]),
            _ => ("", Array.Empty<string>()),
        };
        for (int part = 0; part < parts.Length; part++)
        {
            string text = parts[part];
            if (events.HasFlag(ItemEvents.Pieces))
            {
                foreach (string piece in (string[])[text[..2], text[2..]])
                    Add($"response.{name}.delta", About(index, part, isPiece: true), ("delta", piece));
            }
            if (events.HasFlag(ItemEvents.TextDone))
                Add($"response.{name}.done", About(index, part), (type == "function_call" ? "arguments" : "text", text));
            if (events.HasFlag(ItemEvents.PartDone) && type == "message")
                Add("response.content_part.done", About(index, part), ("part", new JsonObject { ["type"] = "output_text", ["text"] = text }));
        }
    }

    private JsonObject About(int index, int part, bool isPiece = false)
    {
        var about = new JsonObject { ["output_index"] = Index(index, isPiece), ["content_index"] = part };
        if (ids != ItemIds.Missing)
            about["item_id"] = Id(index);
        return about;
    }

    private JsonNode? Index(int index, bool isPiece = false, bool isDone = false) => indexes switch
    {
        ItemIndexes.Missing => null,
        ItemIndexes.AlwaysZero => 0,
        ItemIndexes.ShiftedInPieces when isPiece => index + 1,
        ItemIndexes.ShiftedWhenDone when isDone => index + 1,
        _ => index,
    };

    private string Id(int index, bool isDone = false, bool inResponse = false) => ids switch
    {
        ItemIds.AllTheSame => "msg_1",
        ItemIds.OtherInEveryEvent => $"msg_{_nextId++}",
        ItemIds.OtherWhenDone when isDone || inResponse => $"done_{index}",
        ItemIds.OtherInTheResponse when inResponse => $"all_{index}",
        _ => $"msg_{index}",
    };

    private JsonObject Named(JsonObject item, int index, bool isAdded = false, bool isDone = false, bool inResponse = false)
    {
        var named = item.DeepClone().AsObject();
        if (ids != ItemIds.Missing && !(isAdded && ids == ItemIds.MissingInAdded))
            named["id"] = Id(index, isDone, inResponse);
        return named;
    }

    private void Add(string type, JsonObject fields, params (string Name, JsonNode Value)[] more)
    {
        foreach (var (name, value) in more)
            fields[name] = value;
        if (fields["output_index"] is null)
            fields.Remove("output_index");
        fields["type"] = type;
        _stream.Add(fields.ToJsonString());
    }

    private static JsonObject Response(string status, JsonNode[] output) => new()
    {
        ["id"] = "resp_1", ["object"] = "response", ["model"] = "m", ["created_at"] = 1769082930, ["status"] = status, ["output"] = new JsonArray(output),
        ["usage"] = JsonSerializer.SerializeToNode(new { input_tokens = 3, output_tokens = 4, total_tokens = 7 }),
    };

    private static JsonObject Message(params string[] parts) => new()
    {
        ["type"] = "message", ["role"] = "assistant", ["status"] = "completed",
        ["content"] = new JsonArray([.. parts.Select(text => new JsonObject { ["type"] = "output_text", ["text"] = text })]),
    };

    private static JsonObject Reasoning() =>
        new() { ["type"] = "reasoning", ["summary"] = new JsonArray(new JsonObject { ["type"] = "summary_text", ["text"] = Thinking }) };

    private static JsonObject Search() => new()
    {
        ["type"] = "web_search_call", ["status"] = "completed",
        ["action"] = new JsonObject { ["type"] = "search", ["query"] = "q",
            ["sources"] = new JsonArray(new JsonObject { ["type"] = "url", ["url"] = "https://example.com/" }) },
    };

    private static JsonObject Call(string id, string arguments) =>
        new() { ["type"] = "function_call", ["call_id"] = id, ["name"] = "weather", ["arguments"] = arguments, ["status"] = "completed" };
}
