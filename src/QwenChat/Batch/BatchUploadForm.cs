using System.Net.Http.Headers;
using QwenChat.Media;

namespace QwenChat.Batch;

/// <summary>The form that uploads a file of requests, streamed from the disk (wire §11.1).</summary>
internal sealed class BatchUploadForm : MultipartFormDataContent
{
    /// <param name="file">The file.</param>
    /// <param name="name">The name that the service keeps it under.</param>
    /// <param name="sent">Called with how many of its bytes have gone out.</param>
    public BatchUploadForm(LocalFile file, string name, Action<long> sent)
        : this("QwenChat-" + Guid.NewGuid().ToString("N"), file, name, sent)
    {
    }

    private BatchUploadForm(string boundary, LocalFile file, string name, Action<long> sent)
        : base(boundary)
    {
        // The platform puts quotation marks around the boundary, which not every server takes.
        Headers.ContentType = new MediaTypeHeaderValue("multipart/form-data") { Parameters = { new NameValueHeaderValue("boundary", boundary) } };
        var purpose = new StringContent("batch");
        purpose.Headers.ContentType = null;
        purpose.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = "\"purpose\"" };
        Add(purpose);
        var content = new FileBytes(file, sent);
        content.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = "\"file\"", FileName = $"\"{name}\"" };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/jsonl");
        Add(content);
    }
}
