using System.Net.Http.Headers;
using System.Text;

namespace QwenChat.Media;

/// <summary>
/// The form for uploading a file to the temporary store: the fields of the upload policy, then the file, which must be last (wire §6.4). The file is
/// streamed from disk.
/// </summary>
internal sealed class UploadForm : MultipartFormDataContent
{
    /// <summary>
    /// Creates the form. <paramref name="key"/> is the name of the file in the store. <paramref name="sent"/> is called with the number of bytes sent so
    /// far.
    /// </summary>
    public UploadForm(UploadPolicy policy, string key, LocalFile file, Action<long> sent)
        : this("QwenChat-" + Guid.NewGuid().ToString("N"), policy, key, file, sent)
    {
    }

    private UploadForm(string boundary, UploadPolicy policy, string key, LocalFile file, Action<long> sent)
        : base(boundary)
    {
        // Some servers reject the quotation marks that .NET puts around the boundary.
        Headers.ContentType = new MediaTypeHeaderValue("multipart/form-data") { Parameters = { new NameValueHeaderValue("boundary", boundary) } };
        foreach (var (name, value) in policy.Fields.Take(3).Append(new("key", key)).Concat(policy.Fields.Skip(3)))
            Add(Named(new ByteArrayContent(Encoding.UTF8.GetBytes(value)), $"\"{name}\""));
        var content = Named(new FileBytes(file, sent), "\"file\"");
        content.Headers.ContentDisposition!.FileName = $"\"{file.NameForUpload}\"";
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(file.Type.Mime);
        Add(content);
    }

    private static HttpContent Named(HttpContent content, string name)
    {
        content.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = name };
        return content;
    }
}
