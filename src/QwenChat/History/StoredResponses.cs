using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Conversations;

namespace QwenChat.History;

/// <summary>Reads responses stored by the service, with their input, and deletes stored responses (wire §2.7).</summary>
internal sealed class StoredResponses(QwenConnection connection, Transport transport, TimeProvider time, NoticeQueue notices)
{
    /// <summary>Prefixes of ids that are not response ids (wire §2.3).</summary>
    private static readonly string[] s_otherIds = ["msg_", "conv_", "item_", "call_", "file-", "file_", "chatcmpl-", "local_"];

    /// <summary>Rejects an invalid response id. Both <c>resp_…</c> and bare UUIDs are valid.</summary>
    public static void CheckId(string id)
    {
        string? other = Array.Find(s_otherIds, prefix => id.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
        if (other is not null || !ServiceId.IsValid(id))
        {
            throw new QwenException(QwenErrorKind.InvalidResponseId,
                $"'{ServiceId.Shown(id)}' is not a response id. Use the ResponseId of a reply (resp_… or a UUID), not the id of a message in the "
                    + "reply.");
        }
    }

    public async Task<QwenStoredResponse> ReadAsync(string id, CancellationToken cancellation)
    {
        CheckId(id);
        var stored = await CallAsync(HttpMethod.Get, [id], body => StateReader.ReadResponse(body), cancellation).ConfigureAwait(false);
        var answer = stored.Fold;
        var input = await ReadInputAsync(id, cancellation).ConfigureAwait(false);
        return new QwenStoredResponse(id, input, ChatProtocol.For(QwenApi.Responses, "").WriteAnswer(answer, answer.CreatedAt ?? time.GetUtcNow()))
        {
            Model = answer.Model,
            Usage = answer.Usage,
            State = answer.State,
            PreviousResponseId = stored.PreviousResponseId,
            ConversationId = stored.ConversationId,
            Instructions = stored.Instructions,
            CreatedAt = answer.CreatedAt,
        };
    }

    /// <summary>Reads the turns of a chain, up to and including a response.</summary>
    public async Task<TurnPath> ReadTurnsAsync(string id, CancellationToken cancellation) =>
        TurnsOf(await ReadAsync(id, cancellation).ConfigureAwait(false));

    public TurnPath TurnsOf(QwenStoredResponse response)
    {
        var created = response.CreatedAt ?? time.GetUtcNow();
        var (path, said) = TurnSplitter.Append(new TurnPath(), response.InputItems, created);
        return path.Append(new QwenTurn(path.Count + 1, [.. said, .. response.OutputItems], said.Count)
        {
            Usage = response.Usage,
            State = response.State,
            Model = response.Model,
            ResponseId = response.Id,
            CreatedAt = created,
            Server = new ServerState(response.Id, connection.Address, created + ServerState.Lifetime),
        });
    }

    /// <summary>Deletes a response. Requests can no longer continue from it.</summary>
    /// <exception cref="QwenException">There is no response with this id, or it was already deleted.</exception>
    public async Task DeleteAsync(string id, CancellationToken cancellation)
    {
        CheckId(id);
        await CallAsync(HttpMethod.Delete, [id], body => StateReader.ReadDeleted(body) ? true
            : throw QwenException.OfContent($"The service reports that '{id}' was not deleted and gives no reason. Try again later."), cancellation)
            .ConfigureAwait(false);
    }

    private async Task<List<QwenItem>> ReadInputAsync(string id, CancellationToken cancellation)
    {
        var items = new List<QwenItem>();
        await foreach (var item in PagedItems.ReadAsync(async (limit, after) =>
        {
            string query = $"order=asc&limit={limit}" + (after is null ? "" : "&after=" + Uri.EscapeDataString(after));
            return await CallAsync(HttpMethod.Get, [id, "input_items"], body => StateReader.ReadItems(body), cancellation, query).ConfigureAwait(false);
        }, null, int.MaxValue, notices, cancellation).ConfigureAwait(false))
        {
            items.Add(item);
        }
        return items;
    }

    private Task<T> CallAsync<T>(HttpMethod method, IReadOnlyList<string> path, Func<byte[], T> read, CancellationToken cancellation, string query = "") =>
        transport.SendAsync(new ServiceRequest(method, connection.Responses(path, query)), read, notices, cancellation);
}
