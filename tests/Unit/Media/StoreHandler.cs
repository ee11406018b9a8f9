using System.Net;
using System.Text;

namespace QwenChat.Tests.Media;

/// <summary>A fake service with a temporary store (wire §6.4). The service answers every chat request.</summary>
internal sealed class StoreHandler : HttpMessageHandler
{
    private const string Answer =
        """{"id":"chatcmpl-1","model":"m","created":1735120033,"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}""";

    private int _policies;

    /// <summary>The response with an upload policy; <c>{0}</c> is replaced by the number of the policy.</summary>
    public string Policy { get; set; } = """
        {"data":{"policy":"eyJl","signature":"n3dN=","upload_dir":"dashscope-instant/dir-{0}",
        "upload_host":"https://upload.example.com","expire_in_seconds":300,"max_file_size_mb":1,
        "capacity_limit_mb":999999999,"oss_access_key_id":"LTAI","x_oss_object_acl":"private","x_oss_forbid_overwrite":"true"},"request_id":"b744"}
        """;

    public HttpStatusCode UploadStatus { get; set; } = HttpStatusCode.OK;

    /// <summary>The requests in order. <c>Resolve</c> is the value of the header for temporary addresses.</summary>
    public List<(string Method, Uri Uri, string? Key, string? Resolve, string Body)> Requests { get; } = [];

    public List<string> Uploads => Requests.Where(request => request.Uri.Host == "upload.example.com").Select(request => request.Body).ToList();

    public List<string> Chats =>
        Requests.Where(request => request.Uri.AbsolutePath.EndsWith("/completions", StringComparison.Ordinal)).Select(request => request.Body).ToList();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        if (request.Content is not null)
            await request.Content.CopyToAsync(body, cancellationToken);
        request.Headers.TryGetValues("Authorization", out var key);
        request.Headers.TryGetValues("X-DashScope-OssResourceResolve", out var resolve);
        Requests.Add((request.Method.Method, request.RequestUri!, key?.Single(), resolve?.Single(), Encoding.Latin1.GetString(body.ToArray())));
        if (request.RequestUri!.Host == "upload.example.com")
            return new HttpResponseMessage(UploadStatus) { Content =
                new StringContent(UploadStatus == HttpStatusCode.OK ? "" : "<Error><Code>AccessDenied</Code></Error>") };
        return request.RequestUri.AbsolutePath == "/api/v1/uploads" ? Json(Policy.Replace("{0}", $"{++_policies}", StringComparison.Ordinal)) : Json(Answer);
    }

    private static HttpResponseMessage Json(string text) => new(HttpStatusCode.OK) { Content = new StringContent(text, Encoding.UTF8, "application/json") };
}
