using System.Security;
using System.Text.Json;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.ServiceTools;

/// <summary>Plans requests with the service's tools, without sending them.</summary>
internal static class ServiceToolBed
{
    public const string Secret = "Bearer tok-0123456789abcdef";

    private static readonly QwenConnection s_connection = QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), null);

    public static QwenRemoteMcpServer Server(string label = "maps", string url = "https://mcp.example.com/sse", string? secret = Secret) => new()
    {
        Label = label,
        Url = url,
        Description = "Maps.",
        HeaderNames = secret is null ? [] : ["Authorization"],
        Headers = secret is null ? new Dictionary<string, SecureString>() : new Dictionary<string, SecureString> { ["Authorization"] = Protect(secret) },
    };

    public static SecureString Protect(string secret) => new System.Net.NetworkCredential("", secret).SecurePassword;

    /// <summary>Returns the body of a planned request.</summary>
    public static async Task<JsonElement> PlanAsync(QwenApi api, QwenOptions options)
    {
        var client = new QwenClient(s_connection);
        var plan = await client.PlanAsync(client.NewConversation(api, options), "Hi");
        using var document = JsonDocument.Parse(plan.Body);
        return document.RootElement.Clone();
    }

    /// <summary>Plans a request that must be rejected, and returns the error message.</summary>
    public static async Task<string> RefusalAsync(QwenApi api, QwenOptions options) =>
        (await Assert.ThrowsAsync<QwenException>(() => PlanAsync(api, options))).Message;
}
