using System.Text.Json.Nodes;
using QwenChat.Emulator.Batches;

namespace QwenChat.Emulator.Endpoints;

/// <summary>The Files API, which is compatible with OpenAI's API (wire §11.1).</summary>
internal sealed class FilesEndpoint(FileStore files)
{
    private const int MostListed = 2000;
    private const long MostBatchBytes = 500L * 1024 * 1024, MostDocumentBytes = 150L * 1024 * 1024;

    public Task<EmulatedAnswer> CreateAsync(ApiCall call)
    {
        List<FormPart> form;
        try
        {
            form = MultipartForm.Read(call.Request);
        }
        catch (ApiRefusal)
        {
            throw ApiRefusal.ChatParameter("Required body invalid, please check the request body format.");
        }
        var file = form.Find(part => part.Name == "file") ?? throw ApiRefusal.ChatParameter("Required parameter 'file' missing from request.");
        string purpose = form.Find(part => part.Name == "purpose")?.Text
            ?? throw ApiRefusal.ChatParameter("Required parameter 'purpose' missing from request.");
        // The limits are documented; the error messages are assumed [A25].
        if (purpose is not ("batch" or "file-extract"))
            throw ApiRefusal.ChatParameter($"Invalid 'purpose': '{purpose}'. Supported values are: 'batch', 'file-extract'.");
        if (file.Content.Length == 0)
            throw ApiRefusal.ChatParameter("The file is empty.");
        if (file.Content.Length > (purpose == "batch" ? MostBatchBytes : MostDocumentBytes))
            throw ApiRefusal.ChatParameter("The file is too large.");
        return Answer(files.Add(file.FileName ?? "upload", purpose, file.Content.ToArray()).ToJson());
    }

    public Task<EmulatedAnswer> ListAsync(ApiCall call)
    {
        var listed = files.All.Where(file => call.Request.QueryValue("purpose") is not { Length: > 0 } purpose || file.Purpose == purpose).ToArray();
        var page = EmulatedPage<EmulatedFile>.Of(listed, file => file.Id, file => file.CreatedAt, call.Request, MostListed, MostListed);
        return Answer(new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray(page.Items.Select(file => (JsonNode)file.ToJson()).ToArray()),
            ["has_more"] = page.HasMore,
        });
    }

    public Task<EmulatedAnswer> RetrieveAsync(string id) => Answer(files.Get(id).ToJson());

    public Task<EmulatedAnswer> DeleteAsync(string id)
    {
        files.Delete(id);
        return Answer(new JsonObject { ["id"] = id, ["object"] = "file", ["deleted"] = true });
    }

    public Task<EmulatedAnswer> ReadContentAsync(string id)
    {
        var file = files.Get(id);
        // The documentation covers only reading batch results. Other files are assumed to be rejected with this message [A25].
        if (file.Purpose != FilePurpose.BatchOutput)
            throw ApiRefusal.ChatParameter($"Not allowed to download files of purpose: {file.Purpose}");
        return Task.FromResult<EmulatedAnswer>(new BodyAnswer(200, "application/octet-stream", file.Content.ToArray()));
    }

    private static Task<EmulatedAnswer> Answer(JsonObject body) => Task.FromResult<EmulatedAnswer>(BodyAnswer.Json(200, body));
}
