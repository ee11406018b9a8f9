using System.Text;
using System.Text.Json;
using Xunit;

namespace QwenChat.Tests.Emulator;

/// <summary>Checks that the emulator's answers contain every member of the service's recorded answers to the same requests.</summary>
public sealed class RecordedShapeTests
{
    [SharedTheory]
    [InlineData("single-generation-message-nosse", "/api/v1/services/aigc/text-generation/generation")]
    [InlineData("single-generation-message-sse", "/api/v1/services/aigc/text-generation/generation")]
    [InlineData("single-generation-text-nosse", "/api/v1/services/aigc/text-generation/generation")]
    [InlineData("single-generation-text-sse", "/api/v1/services/aigc/text-generation/generation")]
    [InlineData("single-generation-message-reasoning-sse", "/api/v1/services/aigc/text-generation/generation")]
    [InlineData("single-generation-message-reasoning-nosse", "/api/v1/services/aigc/text-generation/generation")]
    [InlineData("multimodal-generation-vl-nosse", "/api/v1/services/aigc/multimodal-generation/generation")]
    [InlineData("multimodal-generation-vl-sse", "/api/v1/services/aigc/multimodal-generation/generation")]
    [InlineData("single-generation-message-search-sse", "/api/v1/services/aigc/text-generation/generation")]
    [InlineData("single-generation-message-with-tools-nosse", "/api/v1/services/aigc/text-generation/generation")]
    [InlineData("single-generation-message-with-parallel-tools-sse", "/api/v1/services/aigc/text-generation/generation")]
    [InlineData("text-embedding-nosse", "/api/v1/services/embeddings/text-embedding/text-embedding")]
    [InlineData("parameter-error-sse", "/api/v1/services/aigc/text-generation/generation")]
    [InlineData("parameter-error-nosse", "/api/v1/services/aigc/text-generation/generation")]
    public async Task An_answer_has_all_members_of_its_recording(string recording, string path)
    {
        string folder = Path.Combine(TestFiles.Recordings, "dashscope");
        // The recording with parallel tools contains two calls. The emulator requests two calls only if Replies specifies them.
        QwenEmulatorReply[] replies = recording.Contains("parallel", StringComparison.Ordinal)
            ? [new QwenEmulatorReply { ToolCalls =
            [new QwenToolCall("", "get_current_weather", "{\"location\": 1}"), new QwenToolCall("", "get_current_weather", "{}")] }] : [];
        using var client = new EmulatorClient(new QwenEmulatorOptions { Replies = replies });
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content =
            new StringContent(await File.ReadAllTextAsync(Path.Combine(folder, recording + ".request.body.json")), Encoding.UTF8, "application/json");
        if (recording.EndsWith("-sse", StringComparison.Ordinal))
            request.Headers.Add("X-DashScope-SSE", "enable");
        using var response = await client.Http.SendAsync(request);
        var expected = Members(await File.ReadAllTextAsync(Path.Combine(folder, recording + ".response.body.txt")));
        var actual = Members(await response.Content.ReadAsStringAsync());
        Assert.Empty(expected.Except(actual));
    }

    /// <summary>Returns the path and the value kind of each member, and the event lines that contain no data.</summary>
    private static HashSet<string> Members(string body)
    {
        var members = new HashSet<string>();
        string text = body.Trim('\uFEFF', '\n');
        foreach (string line in text.StartsWith('{') ? [text] : text.Split('\n').Where(line => line.Length > 0))
        {
            int data = line.StartsWith('{') ? 0 : line.StartsWith("data:", StringComparison.Ordinal) ? 5 : -1;
            if (data < 0)
            {
                members.Add(line.StartsWith("id:", StringComparison.Ordinal) ? "id:" : line);
                continue;
            }
            using var document = JsonDocument.Parse(line[data..]);
            Walk(document.RootElement, "", members);
        }
        return members;
    }

    private static void Walk(JsonElement element, string path, HashSet<string> members)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                members.Add(path + "/" + property.Name);
                Walk(property.Value, path + "/" + property.Name, members);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                Walk(item, path + "[]", members);
        }
        else
        {
            members.Add(path + ":" + element.ValueKind);
        }
    }
}
