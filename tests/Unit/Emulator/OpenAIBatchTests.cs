#pragma warning disable OPENAI001 // The package calls its batch client experimental.
using System.ClientModel;
using System.Text.Json;
using OpenAI;
using OpenAI.Files;
using Xunit;

namespace QwenChat.Tests.Emulator;

/// <summary>Tests that the file and batch clients of the official OpenAI package run a batch with the emulator.</summary>
public sealed class OpenAIBatchTests : IDisposable
{
    private readonly BatchClient _client = new();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task The_package_runs_a_batch()
    {
        var options = new OpenAIClientOptions { Endpoint = _client.Client.Emulator.CompatibleUri };
        var key = new ApiKeyCredential(_client.Client.Key);
        var files = new OpenAIFileClient(key, options);
        string lines = $"{BatchClient.Line("one")}\n{BatchClient.Line("bad", more: ",\"temperature\":9")}\n";
        OpenAIFile file = await files.UploadFileAsync(BinaryData.FromString(lines), "input.jsonl", new FileUploadPurpose("batch"));
        Assert.Equal(("input.jsonl", lines.Length), (file.Filename, (int)file.SizeInBytes!.Value));

        var batches = new OpenAI.Batch.BatchClient(key, new OpenAI.Batch.BatchClientOptions { Endpoint = options.Endpoint });
        string order = $$"""{"input_file_id":"{{file.Id}}","endpoint":"/v1/chat/completions","completion_window":"24h"}""";
        var operation = await batches.CreateBatchAsync(BinaryContent.Create(BinaryData.FromString(order)), waitUntilCompleted: false);
        Assert.Equal("validating", Read(operation.GetRawResponse().Content).GetProperty("status").GetString());
        _client.Time.Advance(TimeSpan.FromSeconds(1));
        await operation.WaitForCompletionAsync();
        Assert.True(operation.HasCompleted);
        var batch = Read((await batches.GetBatchAsync(operation.BatchId, null)).GetRawResponse().Content);
        Assert.Equal("completed", batch.GetProperty("status").GetString());
        Assert.Equal((2, 1, 1), BatchClient.Counts(batch));

        string output = (await files.DownloadFileAsync(batch.GetProperty("output_file_id").GetString()!)).Value.ToString();
        Assert.Equal("one", Read(BinaryData.FromString(output)).GetProperty("custom_id").GetString());
        string errors = (await files.DownloadFileAsync(batch.GetProperty("error_file_id").GetString()!)).Value.ToString();
        Assert.Equal(400, Read(BinaryData.FromString(errors)).GetProperty("response").GetProperty("status_code").GetInt32());
        Assert.True((await files.DeleteFileAsync(file.Id)).Value.Deleted);
        var gone = await Assert.ThrowsAsync<ClientResultException>(() => files.GetFileAsync(file.Id));
        Assert.Equal(404, gone.Status);
    }

    private static JsonElement Read(BinaryData json) => JsonSerializer.Deserialize<JsonElement>(json.ToMemory().Span);
}
