using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Tests.Faults;

/// <summary>The only conversation object of a fake service, with the items of the turns that the service has processed.</summary>
internal sealed class WireItems
{
    /// <summary>The service's answer to a turn whose response was lost.</summary>
    public const string AnswerText = "Carried out.";

    // QwenChat shares state between conversations with the same id in a process, so the id is unique.
    private readonly string _id = "conv_" + Guid.NewGuid().ToString("N");
    private readonly List<JsonObject> _items = [];
    private int _ids;

    public int Count => _items.Count;

    /// <summary>Adds the message and the answer of a turn, if the request uses a conversation object.</summary>
    public void TakeTurn(byte[] body, string answer)
    {
        var request = JsonNode.Parse(body)!;
        if (request["conversation"] is null)
            return;
        Add(request["input"]!.AsArray());
        Add([new JsonObject { ["type"] = "message", ["role"] = "assistant", ["status"] = "completed",
            ["content"] = new JsonArray(new JsonObject { ["type"] = "output_text", ["text"] = answer }) }]);
    }

    public string Answer(HttpMethod method, Uri address, byte[] body)
    {
        string path = address.AbsolutePath;
        if (method == HttpMethod.Delete)
        {
            _items.RemoveAll(item => path.EndsWith((string)item["id"]!, StringComparison.Ordinal));
            return """{"deleted":true}""";
        }
        if (method == HttpMethod.Post)
        {
            var added = Add(JsonNode.Parse(body)!["items"]?.AsArray() ?? []);
            return path.EndsWith("/items", StringComparison.Ordinal) ? Page(added) : Show();
        }
        return path.EndsWith("/items", StringComparison.Ordinal) ? Page(_items) : Show();
    }

    private string Show() => $$"""{"id":"{{_id}}","object":"conversation"}""";

    private List<JsonObject> Add(JsonArray items)
    {
        var added = new List<JsonObject>();
        foreach (var item in items)
        {
            var copy = item!.DeepClone().AsObject();
            copy["id"] = $"msg_{++_ids}";
            added.Add(copy);
        }
        _items.AddRange(added);
        return added;
    }

    private static string Page(List<JsonObject> items) =>
        JsonSerializer.Serialize(
        new { @object = "list", data = items, has_more = false, first_id = items.FirstOrDefault()?["id"], last_id = items.LastOrDefault()?["id"] });
}
