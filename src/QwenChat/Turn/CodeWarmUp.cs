using System.Security;
using System.Text;
using QwenChat.Catalogue;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Streaming;

namespace QwenChat.Turn;

/// <summary>
/// Compiles the code for sending a request and reading its response, because this compilation takes most of the time of a first turn. A request is sent through
/// the whole HTTP stack to an in-memory connection. Nothing leaves the process.
/// </summary>
internal static class CodeWarmUp
{
    private static int s_hasBegun;

    /// <summary>Starts the compilation, once per process. The task is not awaited, because its failure does not affect the turn.</summary>
    public static void Begin(QwenApi api)
    {
        if (Interlocked.Exchange(ref s_hasBegun, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(static api => _ = RunAsync(api), api, preferLocal: false);
    }

    /// <summary>Sends a request to the in-memory connection.</summary>
    /// <returns>The text of the response.</returns>
    internal static async Task<string> RunAsync(QwenApi api)
    {
        var uri = new Uri("http://127.0.0.1/");
        using var key = new SecureString();
        key.AppendChar('-');
        var connection = QwenConnection.To(uri, key);
        using var handler = Transport.CreateHandler(connection);
        handler.ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(new FixedResponse(ResponseOf(api)));
        var transport = new Transport(connection, handler, TimeProvider.System, Random.Shared);
        var protocol = ChatProtocol.For(api, ModelCatalogue.DefaultModel);
        var request = new ServiceRequest(HttpMethod.Post, uri) { Body = new ChatRequestBody("{}"u8.ToArray(), [], 0, default) };
        using var answer = await transport.SendAsync(request, protocol.NewReader, new NoticeQueue(), CancellationToken.None).ConfigureAwait(false);
        var reply = new ReplyBuilder();
        var deltas = new List<ChatDelta>();
        bool more = true;
        while (more)
        {
            deltas.Clear();
            more = await answer.ReadAsync(deltas).ConfigureAwait(false);
            foreach (var delta in deltas)
                reply.Add(delta);
        }
        protocol.WriteAnswer(reply, default);
        return reply.Text;
    }

    private static string BodyOf(QwenApi api)
    {
        const string Chat = """
            "choices":[{"message":{"role":"assistant","content":"1"},"finish_reason":"stop"}]
            """;
        return api switch
        {
            QwenApi.ChatCompletions => "{" + Chat + ""","id":"1","usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""",
            QwenApi.DashScope => """{"output":{""" + Chat + """},"request_id":"1","usage":{"input_tokens":1,"output_tokens":1,"total_tokens":2}}""",
            _ => """
                {
                  "id": "1", "status": "completed",
                  "output": [{ "type": "message", "id": "1", "role": "assistant", "content": [{ "type": "output_text", "text": "1" }] }],
                  "usage": { "input_tokens": 1, "output_tokens": 1, "total_tokens": 2 }
                }
                """,
        };
    }

    private static byte[] ResponseOf(QwenApi api)
    {
        string body = BodyOf(api);
        return Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

    /// <summary>A connection that ignores all data written to it and returns one response.</summary>
    private sealed class FixedResponse(byte[] response) : MemoryStream(response, writable: false)
    {
        public override bool CanWrite => true;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;
    }
}
