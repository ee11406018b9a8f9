using System.Text.Json;
using QwenChat.Http;
using QwenChat.Protocols;

namespace QwenChat.Context;

/// <summary>Responses that the service has stored: reads them, with what was said before them, back into turns.</summary>
internal sealed class StoredResponses(QwenConnection connection, Transport transport, TimeProvider time, Notices notices)
{
    /// <summary>What such an id never begins with: the ids of other things (qwen-api §2.3, seed "Important notes").</summary>
    private static readonly string[] s_otherIds = ["msg_", "conv_", "item_", "call_", "file-", "file_", "chatcmpl-", "local_"];

    /// <summary>Refuses what cannot be a response's id. Both <c>resp_…</c> and bare UUIDs are ones.</summary>
    public static void CheckId(string id)
    {
        string? other = Array.Find(s_otherIds, prefix => id.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
        if (other is not null || id.Any(c => c is '/' or '?' or '#' or '%' || char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            throw new QwenException(QwenErrorKind.InvalidResponseId,
                $"'{id}' is no response id. Use the top-level id of a response (resp_… or a UUID; a reply's ResponseId), not the id of a message in its output.");
        }
    }

    /// <summary>The transcript up to a response: the turns of its chain.</summary>
    public async Task<TurnPath> ReadTurnsAsync(string id, CancellationToken cancellation)
    {
        CheckId(id);
        var protocol = ChatProtocol.For(QwenApi.Responses, "");
        byte[] body = await transport.SendAsync(new ServiceRequest(HttpMethod.Get, connection.Responses("/" + id)), notices, cancellation).ConfigureAwait(false);
        var fold = new AnswerFold();
        var deltas = new List<ChatDelta>();
        protocol.NewReader().ReadBody(body, deltas);
        foreach (var delta in deltas)
            fold.Add(delta);
        var created = fold.CreatedAt ?? time.GetUtcNow();
        var items = await ReadInputAsync(id, cancellation).ConfigureAwait(false);

        var path = new TurnPath();
        int from = 0;
        for (int i = 1; i < items.Count; i++)
        {
            bool answerEnds = IsAnswer(items[i - 1]) && !IsAnswer(items[i]);
            if (!answerEnds)
                continue;
            path = path.Append(MakeTurn(path.Count + 1, items[from..i], created));
            from = i;
        }
        var answer = protocol.WriteAnswer(fold, created);
        int inputs = items.Count - from;
        return path.Append(new QwenTurn(path.Count + 1, [.. items[from..], .. answer], inputs)
        {
            Usage = fold.Usage,
            State = fold.State,
            Model = fold.Model,
            ResponseId = id,
            CreatedAt = created,
            Server = new ServerState(id, connection.Address, created + ServerState.Lifetime),
        });
    }

    private static QwenTurn MakeTurn(int number, List<QwenItem> items, DateTimeOffset created)
    {
        int inputs = items.FindIndex(IsAnswer);
        return new QwenTurn(number, items, inputs < 0 ? items.Count : inputs) { CreatedAt = created };
    }

    private static bool IsAnswer(QwenItem item) => item.Role == "assistant" || (item.Role is null && item.Type != "function_call_output");

    /// <summary>All input items, oldest first, page by page.</summary>
    private async Task<List<QwenItem>> ReadInputAsync(string id, CancellationToken cancellation)
    {
        var items = new List<QwenItem>();
        string? after = null;
        do
        {
            string query = $"/{id}/input_items?order=asc&limit=100" + (after is null ? "" : "&after=" + Uri.EscapeDataString(after));
            byte[] body = await transport.SendAsync(new ServiceRequest(HttpMethod.Get, connection.Responses(query)), notices, cancellation).ConfigureAwait(false);
            using var page = JsonDocument.Parse(body);
            foreach (var item in page.RootElement.GetProperty("data").EnumerateArray())
                items.Add(ItemReader.Read(System.Text.Encoding.UTF8.GetBytes(item.GetRawText())));
            bool more = page.RootElement.TryGetProperty("has_more", out var hasMore) && hasMore.ValueKind == JsonValueKind.True;
            after = more ? items[^1].Id : null;
        }
        while (after is not null);
        return items;
    }
}
