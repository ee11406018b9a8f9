using System.Text;
using System.Text.Json;
using QwenChat.Catalogue;

namespace QwenChat.Emulator.Batches;

/// <summary>Reads and validates the lines of a batch, as the service does before it runs any of them (wire §11.2, wire §18).</summary>
internal sealed class BatchInputFile(string endpoint, EmulatedModels models)
{
    private const int MostLines = 50_000, MostTestLines = 100;
    private const int MostLineBytes = 6 * 1024 * 1024, MostTestBytes = 1024 * 1024;

    private const int MostFaults = 20;

    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private string? _model;

    /// <summary>The URL in the lines of test batches.</summary>
    public const string TestEndpoint = "/v1/chat/ds-test";

    public List<BatchLine> Lines { get; } = [];

    public List<BatchFault> Faults { get; } = [];

    public void Read(ReadOnlyMemory<byte> file)
    {
        bool isTest = endpoint == TestEndpoint;
        if (isTest && file.Length > MostTestBytes)
            Add("file_too_large", "The input file of a test is larger than 1 MB.", null, null);
        for (int number = 1; file.Length > 0 && Faults.Count < MostFaults; number++)
        {
            int end = file.Span.IndexOf((byte)'\n');
            var line = end < 0 ? file : file[..end];
            file = end < 0 ? default : file[(end + 1)..];
            if (!line.Span.Trim(" \t\r"u8).IsEmpty)
                ReadLine(line, number);
        }
        if (Lines.Count == 0 && Faults.Count == 0)
            Add("empty_file", "The input file has no requests.", null, null);
        if (Lines.Count > (isTest ? MostTestLines : MostLines))
            Add("too_many_tasks", $"The input file has {Lines.Count} requests; at most {(isTest ? MostTestLines : MostLines)} are allowed.", null, null);
    }

    // The codes url_not_found and mismatched_model, and the message for url_not_found, are documented. All other codes and messages are assumed [A26].
    private void ReadLine(ReadOnlyMemory<byte> line, int number)
    {
        if (line.Length > MostLineBytes)
        {
            Add("line_too_large", "The line is larger than 6 MB.", null, number);
            return;
        }
        JsonElement json;
        try
        {
            using var document = JsonDocument.Parse(line);
            json = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            Add("invalid_json_line", "This line is not parseable as valid JSON.", null, number);
            return;
        }
        string? url = json.Text("url"), id = json.Text("custom_id"), model = json.Get("body").Text("model");
        if (string.IsNullOrEmpty(id))
            Add("missing_required_parameter", "Missing required parameter: 'custom_id'.", "custom_id", number);
        else if (!_ids.Add(id))
            Add("duplicate_custom_id", $"The custom_id '{id}' occurs more than once.", "custom_id", number);
        else if (json.Text("method") != "POST")
            Add("invalid_method", "The method must be 'POST'.", "method", number);
        else if (url is not ("/v1/chat/completions" or "/v1/embeddings" or TestEndpoint))
            Add("url_not_found", $"The provided url '{url}' is not supported by the Batch API.", "url", number);
        else if (url != endpoint)
            Add("mismatched_url", $"The provided url '{url}' does not match the endpoint of the batch, '{endpoint}'.", "url", number);
        else if (string.IsNullOrEmpty(model))
            Add("missing_required_parameter", "Missing required parameter: 'body.model'.", "body.model", number);
        else if (_model is not null && model != _model)
            Add("mismatched_model", $"The provided model '{model}' does not match the model of the first request, '{_model}'.", "body.model", number);
        else if (!Takes(model))
            Add("model_not_supported", $"The provided model '{model}' is not supported by the Batch API.", "body.model", number);
        else
            Lines.Add(new BatchLine(id, Encoding.UTF8.GetBytes(json.Get("body").GetRawText())));
        _model ??= model;
    }

    private bool Takes(string model) => endpoint == TestEndpoint ? model == BatchModels.Test
        : model != BatchModels.Test && models.Find(model) is not null && BatchModels.MayTake(model, null);

    private void Add(string code, string message, string? param, int? line) => Faults.Add(new BatchFault(code, message, param, line));
}
