using QwenChat.Cost;
using QwenChat.History;
using QwenChat.Http;
using QwenChat.Media;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Recall;
using QwenChat.Turn;

namespace QwenChat.Tests.Faults;

/// <summary>All operations on a service, each as one call.</summary>
internal static class ServiceOperations
{
    private static readonly Dictionary<string, string> s_metadata = new() { ["topic"] = "t" };
    private static readonly EmbeddingRequest s_texts = new() { Model = "text-embedding-v4", Texts = ["a", "b"] };

    public static IReadOnlyDictionary<string, Func<QwenConnection, Transport, NoticeQueue, Task>> All { get; } = Make();

    private static Dictionary<string, Func<QwenConnection, Transport, NoticeQueue, Task>> Make()
    {
        var all = new Dictionary<string, Func<QwenConnection, Transport, NoticeQueue, Task>>
        {
            ["read a response"] = (connection, transport, notices) => Responses(connection, transport, notices).ReadAsync("resp_1", default),
            ["delete a response"] = (connection, transport, notices) => Responses(connection, transport, notices).DeleteAsync("resp_1", default),
            ["create a conversation"] = (connection, transport, notices) => Conversations(connection, transport, notices).CreateAsync([], s_metadata, default),
            ["read a conversation"] = (connection, transport, notices) => Conversations(connection, transport, notices).ReadAsync("conv_1", default),
            ["update a conversation"] = (connection, transport, notices) => Conversations(connection, transport, notices)
                .UpdateAsync("conv_1", s_metadata, default),
            ["delete a conversation"] = (connection, transport, notices) => Conversations(connection, transport, notices).DeleteAsync("conv_1", default),
            ["add items"] = (connection, transport, notices) => Conversations(connection, transport, notices).AddAsync("conv_1", [], default),
            ["read an item"] = (connection, transport, notices) => Conversations(connection, transport, notices).ReadItemAsync("conv_1", "msg_1", default),
            ["delete an item"] = (connection, transport, notices) => Conversations(connection, transport, notices).DeleteItemAsync("conv_1", "msg_1", default),
            ["list items"] = (connection, transport, notices) => Conversations(connection, transport, notices).ReadAllItemsAsync("conv_1", default),
            ["embed"] = (connection, transport, notices) => Embeddings(connection, transport, notices).EmbedAsync(s_texts, native: false, default),
            ["embed natively"] = (connection, transport, notices) => Embeddings(connection, transport, notices).EmbedAsync(s_texts, native: true, default),
            ["ask to upload"] = (connection, transport, notices) =>
                transport.SendAsync(new ServiceRequest(HttpMethod.Get, connection.Native(UploadPolicy.PathFor("qwen-vl-plus"))),
                body => UploadPolicy.Read(body, isLocal: false), notices, default),
        };
        foreach (var api in Enum.GetValues<QwenApi>())
        {
            foreach (bool stream in (bool[])[true, false])
                all[$"a turn with {api}{(stream ? ", streamed" : "")}"] =
                    (connection, transport, notices) => SendAsync(api, stream, connection, transport, notices);
        }
        return all;
    }

    private static async Task SendAsync(QwenApi api, bool stream, QwenConnection connection, Transport transport, NoticeQueue notices)
    {
        var client = new QwenClient(connection, TimeProvider.System, _ => transport);
        var turn = new TurnRequest { Message = MessageDraft.OfText("user", "hi"), Stream = stream };
        await foreach (var delta in client.RunAsync(client.NewConversation(api), turn, notices, default))
            _ = delta;
    }

    private static StoredResponses Responses(QwenConnection connection, Transport transport, NoticeQueue notices) =>
        new(connection, transport, TimeProvider.System, notices);

    private static ConversationsApi Conversations(QwenConnection connection, Transport transport, NoticeQueue notices) => new(connection, transport, notices);

    private static EmbeddingCalls Embeddings(QwenConnection connection, Transport transport, NoticeQueue notices) =>
        new(connection, transport, new CallBill(null, []), notices);
}
