using System.Text;
using System.Text.Json;
using QwenChat.Protocols.Tools;
using QwenChat.Streaming;

namespace QwenChat.Turn;

/// <summary>
/// Removes the secrets of MCP servers from the calls of service tools. These calls are stored and exported, and a server may repeat its headers in its output.
/// </summary>
internal sealed class SecretMask
{
    /// <summary>The minimum length of a secret. Shorter values are ordinary words that output may contain anyway.</summary>
    private const int ShortestSecret = 8;

    private readonly string[] _secrets;

    public SecretMask(QwenOptions options) => _secrets = ServiceTools.ServersOf(options) is { Count: > 0 } servers ? SecretsOf(servers) : [];

    private static string[] SecretsOf(IEnumerable<QwenRemoteMcpServer> servers) => servers.SelectMany(server => server.Secrets)
        .Where(secret => secret.Length >= ShortestSecret).SelectMany(secret => (string[])[secret, JsonEncodedText.Encode(secret).ToString()]).Distinct()
        .OrderByDescending(secret => secret.Length).ToArray();

    public void Apply(List<ChatDelta> deltas)
    {
        for (int i = 0; _secrets.Length > 0 && i < deltas.Count; i++)
            deltas[i] = deltas[i] with { Item = deltas[i].Item is { } item ? Of(item) : null, Items = deltas[i].Items?.Select(Of).ToArray() };
    }

    private QwenItem Of(QwenItem item)
    {
        if (!item.IsServiceToolCall)
            return item;
        string json = Encoding.UTF8.GetString(item.Json.Span);
        string masked = _secrets.Aggregate(json, (text, secret) => text.Replace(secret, "…", StringComparison.Ordinal));
        return masked == json ? item : new QwenItem(Encoding.UTF8.GetBytes(masked), item.Id, item.Type, item.Role)
        {
            CreatedAt = item.CreatedAt,
            ExpiresAt = item.ExpiresAt,
            Status = item.Status,
        };
    }
}
