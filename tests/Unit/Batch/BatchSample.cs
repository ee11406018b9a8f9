using System.Text;
using QwenChat.Batch;
using QwenChat.Cost;
using QwenChat.Export;
using QwenChat.Model;

namespace QwenChat.Tests.Batch;

/// <summary>Batches in a temporary folder, for tests that need no service.</summary>
internal sealed class BatchSample : IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), "qwenchat-batch-" + Guid.NewGuid().ToString("N"));

    public BatchFolder Folders => new(_root);

    public static QwenConnection Connection { get; } = new() { BaseUri = new Uri("http://127.0.0.1:9"), Model = "qwen-flash" };

    public static QwenBatchRequest Request(string? id, string message = "Hello", string model = "qwen-flash", QwenConnection? connection = null)
    {
        var terms = new BillingTerms(model, QwenRegion.Beijing, ExplicitCache: false) { IsBatch = true };
        byte[] json = Encoding.UTF8.GetBytes($$"""{"role":"user","content":{{System.Text.Json.JsonSerializer.Serialize(message)}}}""");
        var half = new QwenTurn(1, [new QwenItem(json, null, "message", "user")], 1) { Terms = terms, Model = model, CreatedAt = DateTimeOffset.UnixEpoch };
        var head = new ConversationFileHead("local_1", QwenApi.ChatCompletions, DateTimeOffset.UnixEpoch,
            new ConversationSettings { Options = new QwenOptions { Model = model } });
        var entry = new BatchEntry(id, new ConversationFileContent { Head = head, Turns = [] }, half) { Forecast = new Forecast(10, 20, terms), Input = "1" };
        byte[] body = [.. Encoding.UTF8.GetBytes("{\"model\":\"" + model + "\",\"messages\":["), .. json, .. "]}"u8];
        return new QwenBatchRequest(entry, body, connection ?? Connection);
    }

    public BatchRecord Write(BatchLimits limits, params QwenBatchRequest[] requests)
    {
        using var writer = new BatchWriter(Folders, isRehearsal: false, limits);
        foreach (var request in requests)
            writer.Add(request);
        return writer.Complete("test", TimeSpan.FromHours(24), DateTimeOffset.UnixEpoch);
    }

    public BatchRecord Ended(params string[] ids)
    {
        var record = Write(BatchLimits.Usual, [.. ids.Select(id => Request(id))]);
        return record.With(record.Parts[0] with { BatchId = "batch_1", Status = "completed", IsReceived = true });
    }

    public static void WriteResults(BatchRecord record, string? output, string? errors = null)
    {
        if (output is not null)
            File.WriteAllText(BatchFiles.Output(record.Folder, 1), output);
        if (errors is not null)
            File.WriteAllText(BatchFiles.Errors(record.Folder, 1), errors);
    }

    public static string Answer(string id, string text, int status = 200) =>
        "{\"id\":\"r\",\"custom_id\":\"" + id + "\",\"response\":{\"status_code\":" + status + ",\"request_id\":\"r-" + id + "\",\"body\":"
        + "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"" + text + "\"},\"finish_reason\":\"stop\",\"index\":0}],\"model\":\"qwen-flash\","
        + "\"id\":\"chatcmpl-1\",\"created\":1776432582,\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7}}},\"error\":null}\n";

    public void Dispose()
    {
        if (Directory.Exists(_root))
            Directory.Delete(_root, recursive: true);
    }
}
