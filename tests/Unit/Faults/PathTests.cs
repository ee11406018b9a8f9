using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using QwenChat.Connection;
using QwenChat.Export;
using QwenChat.History;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Turn;
using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>Tests ids from users, files and the service as path segments. No request may go to a resource that the command did not specify.</summary>
public class PathTests(ITestOutputHelper output)
{
    private static readonly string[] s_hostile =
    [
        "..", ".", "../x", @"..\x", @"..\conversations\conv_victim", "%2e%2e", "%2e%2e/x", "resp_1/../../conversations/conv_victim", "resp_1?x", "resp_1#x",
            "resp_1/", "/resp_1", "resp 1", "resp_1\n",
        "resp_1\0", "\u2024\u2024", "resp\uFF0F1", "//elsewhere.example/x", "http://elsewhere.example", "@x", "a;b", "resp_1%00", "",
    ];

    private static readonly QwenConnection s_connection =
        QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), ConnectionEnvironment.Protect("sk-none")) with { MaximumRetryCount = 0 };

    private readonly FaultCases _cases = new(output);

    [Fact]
    public async Task An_id_that_leads_elsewhere_is_rejected_before_the_request()
    {
        foreach (string id in s_hostile)
        {
            await TryAsync("read response", id, (client, transport) => Responses(transport).ReadAsync(id, default));
            await TryAsync("delete response", id, (client, transport) => Responses(transport).DeleteAsync(id, default));
            await TryAsync("read conversation", id, (client, transport) => Conversations(transport).ReadAsync(id, default));
            await TryAsync("delete conversation", id, (client, transport) => Conversations(transport).DeleteAsync(id, default));
            await TryAsync("update conversation", id, (client, transport) => Conversations(transport)
                .UpdateAsync(id, new Dictionary<string, string>(), default));
            await TryAsync("list items", id, (client, transport) => Conversations(transport).ReadAllItemsAsync(id, default));
            await TryAsync("add items", id, (client, transport) => Conversations(transport).AddAsync(id, [], default));
            await TryAsync("read item", id, (client, transport) => Conversations(transport).ReadItemAsync("conv_1", id, default));
            await TryAsync("delete item", id, (client, transport) => Conversations(transport).DeleteItemAsync("conv_1", id, default));
            await TryAsync("delete items", id, (client, transport) => Conversations(transport).DeleteItemsAsync("conv_1", ["msg_1", id], default));
            await TryAsync("attach to response", id, (client, transport) => client.AttachAsync(id, new QwenOptions(), false, new NoticeQueue(), default));
            await TryAsync("attach to conversation", id,
                (client, transport) => client.AttachToConversationAsync(id, new QwenOptions(), new NoticeQueue(), default));
        }
        _cases.Check();
    }

    [Fact]
    public void A_file_with_an_id_that_leads_elsewhere_is_rejected()
    {
        foreach (string id in s_hostile.Where(id => id.Length > 0))
        {
            string json = JsonSerializer.Serialize(id);
            foreach (var (place, kind, file) in Files(json))
            {
                var refused = Record.Exception(() =>
                    ImportFile.Read(file, "a", isLines: false, new QwenOptions { Model = "qwen-flash" }, DateTimeOffset.UnixEpoch, new NoticeQueue()));
                _cases.Add($"{place}: {json}", (refused as QwenException)?.Kind == kind ? null : $"{refused?.Message ?? "it was read"}");
            }
        }
        _cases.Check();
    }

    [Fact]
    public async Task Deleting_a_listed_item_cannot_reach_another_resource()
    {
        foreach (string id in s_hostile.Where(id => id.Length > 0))
        {
            string json = JsonSerializer.Serialize(id);
            var service = new ScriptedService(request => ScriptedService.Answer(request.Method == HttpMethod.Delete ? """{"deleted":true}"""
                : request.RequestUri!.AbsolutePath.EndsWith("/items", StringComparison.Ordinal)
                    ? $$$"""{"data":[{"id":"msg_1","type":"message","role":"user","content":"hi"},{"id":{{{json}}},"type":"message","role":"assistant","cont"""
                    + """ent":"yo"}],"has_more":false}"""
                    : """{"id":"conv_1","object":"conversation"}"""));
            var client = new QwenClient(s_connection, TimeProvider.System, service.Over);
            var conversation = await client.AttachToConversationAsync("conv_1", new QwenOptions(), new NoticeQueue(), default);
            var sync = new RemoteObject(conversation, s_connection, service.Over(s_connection), TimeProvider.System, new NoticeQueue());
            var items = conversation.Path.From(0).SelectMany(turn => turn.Items).ToArray();
            foreach (var (name, work) in new (string, Func<Task>)[] { ("undo", () => sync.DeleteAsync(() => items, default)),
                ("remove", () => sync.DeleteObjectAsync(default)) })
            {
                service.Requests.Clear();
                var refused = await Record.ExceptionAsync(work);
                bool reached = service.Requests.Exists(request => request.Method == HttpMethod.Delete);
                _cases.Add($"{name} {json}", reached ? $"{service.Requests[^1]}" : (refused as QwenException)?.Kind == QwenErrorKind.InvalidRequest ? null
                    : $"{refused}");
            }
        }
        _cases.Check();
    }

    private async Task TryAsync(string name, string id, Func<QwenClient, Transport, Task> work)
    {
        var service = new ScriptedService(_ => ScriptedService.Answer("""{"id":"conv_1","deleted":true,"data":[]}"""));
        var client = new QwenClient(s_connection, TimeProvider.System, service.Over);
        var refused = await Record.ExceptionAsync(() => work(client, service.Over(s_connection)));
        _cases.Add($"{name} '{id}'", service.Requests.Count > 0 ? $"{service.Requests[0]} was sent"
            : refused is QwenException { Kind: QwenErrorKind.InvalidRequest or QwenErrorKind.InvalidResponseId }
            ? null : $"{refused?.ToString() ?? "it was accepted"}");
    }

    private static IEnumerable<(string Place, QwenErrorKind Kind, byte[] File)> Files(string json)
    {
        yield return ("conversation", QwenErrorKind.InvalidRequest, Changed(file => file["conversation"]!, "id"));
        yield return ("response", QwenErrorKind.InvalidResponseId, Changed(file => file["turns"]![0]!, "responseId"));
        yield return ("server", QwenErrorKind.InvalidResponseId, Changed(file => file["turns"]![0]!["server"]!, "responseId"));
        yield return ("item", QwenErrorKind.InvalidRequest, Changed(file => file["turns"]![0]!["items"]![0]!, "id"));

        byte[] Changed(Func<JsonNode, JsonNode> find, string member)
        {
            var file = JsonNode.Parse(Written())!;
            var owner = find(file).AsObject();
            Assert.True(owner.ContainsKey(member), member);
            owner[member] = JsonNode.Parse(json);
            return Encoding.UTF8.GetBytes(file.ToJsonString());
        }
    }

    private static byte[] Written()
    {
        var item = new QwenItem("""{"id":"msg_file","type":"message","role":"user","content":"hi"}"""u8.ToArray(), "msg_file", "message", "user");
        var conversation =
            new QwenConversation(QwenApi.Responses, s_connection, new QwenOptions { Model = "qwen-flash" }, "local_file", DateTimeOffset.UnixEpoch);
        conversation.MoveTo(new TurnPath().Append(new QwenTurn(1, [item], 1)
        {
            ResponseId = "resp_1",
            Usage = new QwenUsage { InputTokens = 1 },
            CreatedAt = DateTimeOffset.UnixEpoch,
            Server = new ServerState("resp_1", "https://dashscope-intl.aliyuncs.com", DateTimeOffset.UnixEpoch),
        }));
        using var stream = new MemoryStream();
        ExportFormats.Write(stream, ExportFormat.Json, ConversationFileContent.Of(conversation), DateTimeOffset.UnixEpoch);
        return stream.ToArray();
    }

    private static StoredResponses Responses(Transport transport) => new(s_connection, transport, TimeProvider.System, new NoticeQueue());

    private static ConversationsApi Conversations(Transport transport) => new(s_connection, transport, new NoticeQueue());
}
