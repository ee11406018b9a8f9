using System.Net;
using System.Security;
using QwenChat.Http;
using QwenChat.Media;
using QwenChat.Model;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Media;

public sealed class TemporaryStoreTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly StoreHandler _service = new();
    private readonly FakeTime _time = new();
    private readonly NoticeQueue _notices = new();
    private readonly QwenConnection _connection;
    private readonly Transport _transport;

    public TemporaryStoreTests()
    {
        // Each test has its own key, so that tests do not share uploads.
        var key = new SecureString();
        foreach (char c in "sk-" + Guid.NewGuid().ToString("N"))
            key.AppendChar(c);
        _connection = QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), key) with { MaximumRetryCount = 0 };
        _transport = new Transport(_connection, _service, _time, Random.Shared);
    }

    public void Dispose() => _folder.Dispose();

    private string Photo() => _folder.Write("my photo.jpg", TestImage.Png(20, 20, 300_000));

    private TemporaryStore Store => new(_ => _transport, _time, _notices);

    [Fact]
    public async Task A_file_is_sent_in_the_documented_form()
    {
        string address = await UploadAsync(TemporaryStore.AddressFor(MediaSource.OfFile(Photo()).File!));
        Assert.Equal("oss://dashscope-instant/dir-1/my_photo.png", address);

        var (method, policyUri, key, _, _) = _service.Requests[0];
        Assert.Equal("GET https://dashscope-intl.aliyuncs.com/api/v1/uploads?action=getPolicy&model=qwen-vl-max", $"{method} {policyUri}");
        Assert.StartsWith("Bearer sk-", key, StringComparison.Ordinal);

        var upload = _service.Requests[1];
        Assert.Equal("POST https://upload.example.com/", $"{upload.Method} {upload.Uri}");
        Assert.Null(upload.Key);
        string boundary = upload.Body[..upload.Body.IndexOf('\r', StringComparison.Ordinal)];
        string[] parts = upload.Body.Split(boundary);
        Assert.Equal(["OSSAccessKeyId", "policy", "Signature", "key", "x-oss-object-acl", "x-oss-forbid-overwrite", "success_action_status", "file"],
            parts[1..^1].Select(part => part.Split('"')[1]));
        Assert.EndsWith("\r\n\r\ndashscope-instant/dir-1/my_photo.png\r\n", parts[4], StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n200\r\n", parts[7], StringComparison.Ordinal);
        Assert.Contains("filename=\"my_photo.png\"\r\nContent-Type: image/png\r\n\r\n", parts[8], StringComparison.Ordinal);
        Assert.Equal("--\r\n", parts[^1]);
        Assert.True(parts[8].Length > 300_000);
    }

    [Fact]
    public async Task A_file_is_uploaded_once_per_model_in_48_hours()
    {
        string waiting = TemporaryStore.AddressFor(MediaSource.OfFile(Photo()).File!);
        string first = await UploadAsync(waiting);
        Assert.Equal(first, await UploadAsync(waiting));
        Assert.Single(_service.Uploads);
        Assert.Equal("oss://dashscope-instant/dir-2/my_photo.png", await UploadAsync(waiting, "qwen3-vl-plus"));
        _time.Advance(TimeSpan.FromHours(47.9));
        Assert.Equal(first, await UploadAsync(waiting));
        _time.Advance(TimeSpan.FromHours(0.2));
        Assert.Equal("oss://dashscope-instant/dir-3/my_photo.png", await UploadAsync(first));
    }

    [Fact]
    public async Task Concurrent_uploads_of_one_file_share_one_upload()
    {
        string waiting = TemporaryStore.AddressFor(MediaSource.OfFile(Photo()).File!);
        var addresses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => UploadAsync(waiting))));
        Assert.Single(addresses.Distinct());
        Assert.Single(_service.Uploads);
    }

    [Fact]
    public async Task Other_addresses_are_not_changed() =>
        Assert.Empty(await Store.ResolveAsync(["oss://someone/else.png"], "qwen-vl-max", _connection, again: false, default));

    [Fact]
    public async Task Progress_is_reported_and_completed()
    {
        await UploadAsync(TemporaryStore.AddressFor(MediaSource.OfFile(Photo()).File!));
        var percents = new List<int>();
        while (_notices.TryTake(out var notice))
        {
            if (notice.Level == NoticeLevel.Progress)
                percents.Add(notice.Percent);
        }
        Assert.Equal([0, .. percents[1..^1].Order(), 100], percents);
        Assert.True(percents.Count > 3);
    }

    [Theory]
    [InlineData("\"policy\"", "'policy' is missing")]
    [InlineData("\"signature\"", "'signature' is missing")]
    [InlineData("\"upload_dir\"", "'upload_dir' is missing")]
    [InlineData("\"upload_host\"", "'upload_host' is missing")]
    [InlineData("\"oss_access_key_id\"", "'oss_access_key_id' is missing")]
    [InlineData("\"x_oss_object_acl\"", "'x_oss_object_acl' is missing")]
    [InlineData("\"x_oss_forbid_overwrite\"", "'x_oss_forbid_overwrite' is missing")]
    [InlineData("\"data\"", "'data' is missing")]
    [InlineData("https://upload.example.com", "does not use https", "http://upload.example.com")]
    [InlineData("https://upload.example.com", "is not a valid URL", "upload.example.com")]
    [InlineData("https://upload.example.com", "is on this machine, but the service is not", "http://127.0.0.1:8080/x")]
    [InlineData("https://upload.example.com", "is on this machine, but the service is not", "http://localhost")]
    [InlineData("https://upload.example.com", "is on this machine, but the service is not", "https://[::1]/")]
    [InlineData("dashscope-instant", "'upload_dir' contains a line break", "a\\r\\nb")]
    [InlineData("eyJl", "'policy' contains a line break", "a\\nb")]
    [InlineData("n3dN=", "'signature' contains a line break", "a\\u0000b")]
    [InlineData("LTAI", "'oss_access_key_id' contains a line break", "a\\u0085b")]
    [InlineData("private", "'x_oss_object_acl' contains a line break", "a\\rb")]
    [InlineData("LTAI", "invalid Unicode", "\\ud800")]
    [InlineData("{\"data\"", "it is not JSON", "<html>")]
    public async Task An_incomplete_policy_is_not_used(string part, string message, string instead = "\"x\"")
    {
        _service.Policy = _service.Policy.Replace(part, instead, StringComparison.Ordinal);
        string waiting = TemporaryStore.AddressFor(MediaSource.OfFile(Photo()).File!);
        var failure = await Assert.ThrowsAsync<QwenException>(() => UploadAsync(waiting));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.Single(_service.Requests);
    }

    [Fact]
    public void An_upload_to_this_machine_may_be_plain_http()
    {
        string policy = _service.Policy.Replace("https://upload.example.com", "http://127.0.0.1:8080/upload", StringComparison.Ordinal);
        Assert.Equal(8080, UploadPolicy.Read(System.Text.Encoding.UTF8.GetBytes(policy), isLocal: true).Host.Port);
    }

    [Theory]
    [InlineData("\"1024\"", null)]
    [InlineData("9223372036854775807", null)]
    [InlineData("-1", null)]
    [InlineData("1e300", null)]
    [InlineData("0", 0L)]
    public void An_impossible_size_is_not_a_limit(string size, long? most)
    {
        string policy = _service.Policy.Replace("\"max_file_size_mb\":1", $"\"max_file_size_mb\":{size}", StringComparison.Ordinal);
        Assert.Equal(most, UploadPolicy.Read(System.Text.Encoding.UTF8.GetBytes(policy), isLocal: false).MaximumBytes);
    }

    [SharedFact]
    public void The_recorded_policy_is_read()
    {
        var policy = UploadPolicy.Read(TestFiles.Recording("dashscope", "get-upload-policy-nosse.response.body.txt"), isLocal: false);
        Assert.Equal("https://dashscope-file-mgr.oss-cn-beijing.aliyuncs.com/", policy.Host.AbsoluteUri);
        Assert.Equal(1024L * 1024 * 1024, policy.MaximumBytes);
        Assert.Equal("dashscope-instant/52afe077fb4825c6d74411758cb1ab98/2025-07-12/b744f4f8-1a9c-9c6b-950d-0d327e331f2f", policy.Folder);
    }

    [Fact]
    public async Task A_file_above_the_stores_own_limit_is_not_sent()
    {
        string path = _folder.Write("big.png", TestImage.Png(20, 20, 1024 * 1024 + 1));
        string waiting = TemporaryStore.AddressFor(MediaSource.OfFile(path).File!);
        var failure = await Assert.ThrowsAsync<QwenException>(() => UploadAsync(waiting));
        Assert.Equal(QwenErrorKind.MediaRefused, failure.Kind);
        Assert.Empty(_service.Uploads);
    }

    [Fact]
    public async Task The_error_of_a_rejected_upload_names_the_file()
    {
        _service.UploadStatus = HttpStatusCode.Forbidden;
        string waiting = TemporaryStore.AddressFor(MediaSource.OfFile(Photo()).File!);
        var failure = await Assert.ThrowsAsync<QwenException>(() => UploadAsync(waiting));
        Assert.Equal(403, failure.Status);
        Assert.Contains("my photo.jpg' could not be uploaded", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conversation_keeps_referring_to_its_files()
    {
        string path = Photo();
        var conversation = await BeginAsync(path);
        Assert.Equal("oss://dashscope-instant/dir-1/my_photo.png", conversation.Turns[0].Items[0].Content[0].Url);
        Assert.Equal("enable", _service.Requests[^1].Resolve);
        Assert.Contains("\"url\":\"oss://dashscope-instant/dir-1/my_photo.png\"", _service.Chats[0], StringComparison.Ordinal);

        await SendAsync(conversation, new("user", [DraftPart.OfText("And now?")]));
        Assert.Single(_service.Uploads);

        await SendAsync(conversation, new("user", [DraftPart.OfText("Another model?")]), "qwen3-vl-plus");
        Assert.Contains("dir-2", _service.Chats[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("dir-1", _service.Chats[^1], StringComparison.Ordinal);

        _time.Advance(TimeSpan.FromHours(49));
        await SendAsync(conversation, new("user", [DraftPart.OfText("Days later?")]));
        Assert.Contains("dir-3", _service.Chats[^1], StringComparison.Ordinal);
        Assert.Equal(4, conversation.Path.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deleted_file_is_reported_and_nothing_is_sent(bool deleted)
    {
        string path = Photo();
        var conversation = await BeginAsync(path);
        int sent = _service.Requests.Count;
        if (deleted)
            File.Delete(path);
        else
            File.AppendAllText(path, "changed");
        _time.Advance(TimeSpan.FromHours(49));
        var failure = await Assert.ThrowsAsync<QwenException>(() => SendAsync(conversation, new("user", [DraftPart.OfText("Still there?")])));
        Assert.Equal(QwenErrorKind.MediaRefused, failure.Kind);
        Assert.Contains(deleted ? "no longer exists" : "has changed", failure.Message, StringComparison.Ordinal);
        Assert.Equal(sent, _service.Requests.Count);
        Assert.Equal(1, conversation.Path.Count);
    }

    private async Task<QwenConversation> BeginAsync(string path)
    {
        var conversation =
            new QwenClient(_connection, _time, _ => _transport).NewConversation(QwenApi.ChatCompletions, new QwenOptions { Model = "qwen-vl-max" });
        var parts = new MediaDraft(hasStore: true, upload: true).Write([new MediaPart(MediaKind.Image, [MediaSource.OfFile(path)])]);
        await SendAsync(conversation, new MessageDraft("user", [.. parts, DraftPart.OfText("What is this?")]));
        return conversation;
    }

    private async Task SendAsync(QwenConversation conversation, MessageDraft message, string? model = null)
    {
        var turn = new TurnRequest { Message = message, Options = new QwenOptions { Model = model }, ResolveAddresses = Store.ResolveAsync };
        await foreach (var _ in new QwenClient(_connection, _time, _ => _transport).RunAsync(conversation, turn, _notices, default))
        {
        }
    }

    private async Task<string> UploadAsync(string address, string model = "qwen-vl-max") =>
        (await Store.ResolveAsync([address], model, _connection, again: false, default)).GetValueOrDefault(address, address);
}
