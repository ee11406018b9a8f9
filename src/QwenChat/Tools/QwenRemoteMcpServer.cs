using System.Net;
using System.Security;
using System.Text.Json.Serialization;
using QwenChat.Connection;

namespace QwenChat;

/// <summary>
/// An MCP server that the service calls on behalf of the model (wire §16). The values of its headers are secrets: they are sent, and neither
/// shown nor kept in files and stores, which hold their names.
/// </summary>
public sealed record QwenRemoteMcpServer
{
    private static readonly Dictionary<string, SecureString> s_noHeaders = [];

    /// <summary>The server's name in the request and in the calls of the answer.</summary>
    public string Label { get; init; } = "";

    /// <summary>The address of its SSE endpoint, without credentials.</summary>
    public string Url
    {
        get => Redaction.OfAddresses.Of(Address);
        init => Address = value;
    }

    /// <summary>What the server is for, as the model is told; null for nothing.</summary>
    public string? Description { get; init; }

    /// <summary>The names of the headers that it is sent.</summary>
    public IReadOnlyList<string> HeaderNames { get; init; } = [];

    /// <summary>The address with its credentials.</summary>
    internal string Address { get; init; } = "";

    /// <summary>The values of the headers that are known in this session.</summary>
    [JsonIgnore]
    internal IReadOnlyDictionary<string, SecureString> Headers { get; init; } = s_noHeaders;

    /// <summary>The secrets that nothing but the request may hold.</summary>
    internal IEnumerable<string> Secrets
    {
        get
        {
            foreach (string value in HeaderNames.Where(Headers.ContainsKey).Select(Reveal))
            {
                yield return value;
                // A server that refuses a token repeats it without the scheme.
                if (value.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space)
                    yield return value[(space + 1)..];
            }
            if (Address != Url && Uri.TryCreate(Address, UriKind.Absolute, out var uri))
            {
                yield return uri.UserInfo;
                foreach (string pair in uri.Query.TrimStart('?').Split('&'))
                    yield return pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..];
            }
        }
    }

    /// <summary>What is missing because a file or a store does not hold it; null when nothing is.</summary>
    internal string? Missing =>
        HeaderNames.Where(name => !Headers.ContainsKey(name)).ToArray() is { Length: > 0 } names ? "the value of " + string.Join(", ", names)
        : Address.Contains(Redaction.Removed, StringComparison.Ordinal) ? "the credentials of its address" : null;

    /// <summary>The value of a header, as the request needs it. Not to be kept.</summary>
    internal string Reveal(string header) => new NetworkCredential("", Headers[header]).Password;

    /// <summary>The server as it may be shown: no value of a header, no credentials.</summary>
    internal QwenRemoteMcpServer Masked()
    {
        var hidden = new NetworkCredential("", Redaction.Removed.ToString()).SecurePassword;
        return this with { Address = Url, Headers = HeaderNames.ToDictionary(name => name, _ => hidden, StringComparer.OrdinalIgnoreCase) };
    }

    /// <summary>Servers that were read, with the secrets of those that are known already.</summary>
    /// <param name="read">What a store holds.</param>
    /// <param name="known">What this session knows.</param>
    internal static IReadOnlyList<QwenRemoteMcpServer>? Restore(IReadOnlyList<QwenRemoteMcpServer>? read, IReadOnlyList<QwenRemoteMcpServer>? known) =>
        read is null || known is null ? read
        : read.Select(server => known.FirstOrDefault(server.IsSame) is { } same ? server with { Address = same.Address, Headers = same.Headers } : server)
            .ToArray();

    private bool IsSame(QwenRemoteMcpServer other) => other.Label == Label && other.Url == Url && other.HeaderNames.SequenceEqual(HeaderNames);

    /// <summary>The label and the address.</summary>
    /// <returns>Such as <c>maps (https://mcp.example.com/sse)</c>.</returns>
    public override string ToString() => $"{Label} ({Url})";
}
