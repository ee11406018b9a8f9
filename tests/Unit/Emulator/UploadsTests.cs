using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace QwenChat.Tests.Emulator;

public sealed class UploadsTests : IDisposable
{
    private readonly EmulatorClient _client = new();
    private readonly HttpClient _storage = new();

    public void Dispose()
    {
        _client.Dispose();
        _storage.Dispose();
    }

    private async Task<JsonElement> GetPolicyAsync(string model = "qwen3-vl-plus") =>
        (await _client.GetJsonAsync("/api/v1/uploads?action=getPolicy&model=" + model)).GetProperty("data");

    private async Task<(HttpStatusCode Status, string Key)> UploadAsync(JsonElement policy, string? directory = null)
    {
        string Value(string name) => policy.GetProperty(name).GetString()!;
        string key = (directory ?? Value("upload_dir")) + "/a.png";
        using var form = new MultipartFormDataContent
        {
            { new StringContent(Value("oss_access_key_id")), "OSSAccessKeyId" },
            { new StringContent(Value("policy")), "policy" },
            { new StringContent(Value("signature")), "Signature" },
            { new StringContent(key), "key" },
            { new StringContent(Value("x_oss_object_acl")), "x-oss-object-acl" },
            { new StringContent(Value("x_oss_forbid_overwrite")), "x-oss-forbid-overwrite" },
            { new StringContent("200"), "success_action_status" },
            { new ByteArrayContent([1, 2, 13, 10, 3]), "file", "a.png" },
        };
        using var response = await _storage.PostAsync(new Uri(Value("upload_host")), form);
        return (response.StatusCode, key);
    }

    private async Task<(HttpStatusCode Status, string Text)> AskAsync(string key, string model = "qwen3-vl-plus", bool resolve = true)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, EmulatorClient.Chat);
        if (resolve)
            request.Headers.Add("X-DashScope-OssResourceResolve", "enable");
        request.Content = new StringContent(
            $$$"""{"model":"{{{model}}}","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"oss://{{{key}}}"}},"""
                + """{"type":"text","text":"What is it?"}]}]}""", Encoding.UTF8, "application/json");
        using var response = await _client.Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_file_is_uploaded_and_used()
    {
        var (status, key) = await UploadAsync(await GetPolicyAsync());
        Assert.Equal(HttpStatusCode.OK, status);
        var (answered, text) = await AskAsync(key);
        Assert.Equal(HttpStatusCode.OK, answered);
        Assert.Contains("One attachment came with it.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_temporary_address_requires_its_header()
    {
        var (_, key) = await UploadAsync(await GetPolicyAsync());
        var (status, text) = await AskAsync(key, resolve: false);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("The provided URL does not appear to be valid.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_valid_for_its_model_and_for_48_hours()
    {
        var (_, key) = await UploadAsync(await GetPolicyAsync());
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(key, "qwen-vl-max")).Status);
        _client.Emulator.AdvanceClock(TimeSpan.FromHours(49));
        Assert.Contains("Failed to download multimodal content.", (await AskAsync(key)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_or_foreign_policy_is_rejected()
    {
        var policy = await GetPolicyAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await UploadAsync(policy, "elsewhere")).Status);
        _client.Emulator.AdvanceClock(TimeSpan.FromMinutes(6));
        Assert.Equal(HttpStatusCode.Forbidden, (await UploadAsync(policy)).Status);
    }

    [Fact]
    public async Task A_policy_requires_the_key()
    {
        _client.Http.DefaultRequestHeaders.Authorization = null;
        using var response = await _client.SendAsync(HttpMethod.Get, "/api/v1/uploads?action=getPolicy&model=m");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }
}
