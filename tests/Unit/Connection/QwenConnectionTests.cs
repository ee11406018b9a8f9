using QwenChat.Connection;
using Xunit;

namespace QwenChat.Tests.Connection;

public class QwenConnectionTests
{
    private const string Older = "https://dashscope-intl.aliyuncs.com/api/v2/apps/protocols/compatible-mode/v1";

    private static QwenConnection To(string address, string? key = "sk-1") =>
        QwenConnection.To(new Uri(address), key is null ? null : ConnectionEnvironment.Protect(key));

    private static QwenConnection Compatible(string address, string? key) => new()
    {
        CompatibleUri = new Uri(address),
        Key = key is null ? null : ConnectionEnvironment.Protect(key),
    };

    [Fact]
    public void Every_API_has_its_endpoint()
    {
        var connection = To("https://dashscope-intl.aliyuncs.com/api/v1");
        Assert.Equal("https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions", connection.Chat.ToString());
        Assert.Equal("https://dashscope-intl.aliyuncs.com/compatible-mode/v1/responses", connection.Responses().ToString());
        Assert.Equal("https://dashscope-intl.aliyuncs.com/compatible-mode/v1/responses/resp_1/input_items", connection.Responses(["resp_1", "input_items"])
            .ToString());
        Assert.Equal("https://dashscope-intl.aliyuncs.com/compatible-mode/v1/conversations/conv_1", connection.Conversations(["conv_1"]).ToString());
        Assert.Equal("https://dashscope-intl.aliyuncs.com/compatible-mode/v1/embeddings", connection.Embeddings.ToString());
        Assert.Equal("https://dashscope-intl.aliyuncs.com/api/v1/services/aigc/text-generation/generation",
            connection.Native("/services/aigc/text-generation/generation").ToString());
    }

    [Fact]
    public void The_older_path_is_used_only_for_Responses_and_Conversations()
    {
        var connection = To(Older);
        Assert.Equal(Older + "/responses", connection.Responses().ToString());
        Assert.Equal(Older + "/conversations", connection.Conversations().ToString());
        Assert.Equal("https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions", connection.Chat.ToString());
    }

    [Fact]
    public void Another_server_keeps_its_path_and_has_no_native_protocol()
    {
        var connection = Compatible("http://localhost:11434/v1/", null);
        Assert.Equal("http://localhost:11434/v1/chat/completions", connection.Chat.ToString());
        Assert.Equal("http://localhost:11434/v1/responses", connection.Responses().ToString());
        var failure = Assert.Throws<QwenException>(() => connection.Native("/x"));
        Assert.Equal(QwenErrorKind.InvalidRequest, failure.Kind);
        Assert.EndsWith("(-Api DashScope). Use a connection to the Qwen service.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://Host.example/compatible-mode/v1", "https://host.example")]
    [InlineData("https://host.example:443", "https://host.example")]
    [InlineData("http://127.0.0.1:5000/", "http://127.0.0.1:5000")]
    public void Server_state_belongs_to_scheme_host_and_port(string address, string expected) => Assert.Equal(expected, To(address).Address);

    [Fact]
    public void The_host_determines_the_region() => Assert.Equal(QwenRegion.Beijing, To("https://dashscope.aliyuncs.com/api/v1").RegionKind);

    [Fact]
    public void A_missing_key_error_lists_every_way_to_set_a_key()
    {
        var e = Assert.Throws<QwenException>(() => To("https://dashscope-intl.aliyuncs.com", null).EnsureKey());
        Assert.Equal(QwenErrorKind.ApiKeyMissing, e.Kind);
        foreach (string way in (string[])["Set-QwenConnection -ApiKey (Read-Host -AsSecureString)", "$env:DASHSCOPE_API_KEY =",
            "$env:DASHSCOPE_API_KEY_FILE_PATH", "Start-QwenEmulator"])
            Assert.Contains(way, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://dashscope.aliyuncs.com", "Set-QwenConnection -Region Beijing -ApiKey")]
    [InlineData("https://gw.example/", "Set-QwenConnection -BaseUri https://gw.example/ -ApiKey")]
    public void The_advice_for_a_key_keeps_the_address(string address, string expected) =>
        Assert.Contains(expected, Assert.Throws<QwenException>(() => To(address, null).EnsureKey()).Message, StringComparison.Ordinal);

    [Fact]
    public void A_connection_from_another_process_reports_its_missing_key()
    {
        var e = Assert.Throws<QwenException>(() => (To("https://dashscope.aliyuncs.com", null) with { LostKey = true }).EnsureKey());
        Assert.Equal(QwenErrorKind.ApiKeyMissing, e.Kind);
        Assert.Contains("another process", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_key_counts_as_missing() =>
        Assert.Equal(QwenErrorKind.ApiKeyMissing, Assert.Throws<QwenException>(() => To("https://dashscope.aliyuncs.com", "").EnsureKey()).Kind);

    [Theory]
    [InlineData("sk-1\r\nX: y")]
    [InlineData("sk 1")]
    [InlineData("sk-ü")]
    public void A_key_with_invalid_header_characters_is_rejected_without_showing_it(string key)
    {
        var e = Assert.Throws<QwenException>(() => To("https://dashscope.aliyuncs.com", key).EnsureKey());
        Assert.Equal(QwenErrorKind.InvalidRequest, e.Kind);
        Assert.DoesNotContain(key, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_server_needs_no_key() => Compatible("http://localhost:11434/v1", null).EnsureKey();

    [Theory]
    [InlineData("https://gw.example")]
    [InlineData("http://localhost:8080")]
    [InlineData("http://127.0.0.2:8080")]
    [InlineData("http://[::1]:8080")]
    public void A_key_is_sent_only_over_an_encrypted_connection(string address) => To(address).EnsureKeyMayTravel();

    [Fact]
    public void A_key_is_not_sent_over_plain_http()
    {
        var connection = To("http://gw.example:8080");
        var e = Assert.Throws<QwenException>(connection.EnsureKeyMayTravel);
        Assert.Equal(QwenErrorKind.InvalidRequest, e.Kind);
        Assert.Contains("-AllowUnencryptedAuthentication", e.Message, StringComparison.Ordinal);
        (connection with { AllowUnencryptedAuthentication = true }).EnsureKeyMayTravel();
        (connection with { Key = null }).EnsureKeyMayTravel();
    }

    [Fact]
    public void A_key_is_not_sent_to_a_plain_http_Responses_address() => Assert.Throws<QwenException>(
        (To("https://gw.example") with { ResponsesBaseUri = new Uri("http://gw.example/v1") }).EnsureKeyMayTravel);

    [Fact]
    public void The_key_does_not_appear_in_any_text() => Assert.DoesNotContain("sk-1", To("https://gw.example").ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_workspace_header_is_sent_only_if_the_host_does_not_contain_the_id()
    {
        Assert.Equal("llm-a", (To("https://dashscope.aliyuncs.com") with { WorkspaceId = "llm-a" }).WorkspaceHeader);
        Assert.Null((To("https://llm-a.cn-beijing.maas.aliyuncs.com") with { WorkspaceId = "llm-a" }).WorkspaceHeader);
    }
}
