using System.Net.Http.Headers;
using QwenChat.Media;

namespace QwenChat.Batch;

/// <summary>The form that uploads a request file, streamed from disk (wire §11.1).</summary>
internal sealed class BatchUploadForm : MultipartFormDataContent
{
    /// <param name="file">The file.</param>
    /// <param name="name">The file name on the service.</param>
    /// <param name="sent">Called with the number of bytes sent.</param>
    public BatchUploadForm(LocalFile file, string name, Action<long> sent)
        : this("QwenChat-" + Guid.NewGuid().ToString("N"), file, name, sent)
    {
    }

    private BatchUploadForm(string boundary, LocalFile file, string name, Action<long> sent)
        : base(boundary)
    {
        // Some servers reject the quotation marks that .NET puts around the boundary.
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
