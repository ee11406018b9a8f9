using System.Net;
using System.Security;
using System.Text.Json.Serialization;
using QwenChat.Connection;
using QwenChat.Text;

namespace QwenChat;

/// <summary>
/// An MCP server that the service calls for the model (wire §16). The header values are secrets: they are sent, but not displayed or saved. Files and
/// stores contain only the header names.
/// </summary>
public sealed record QwenRemoteMcpServer
{
    private static readonly Dictionary<string, SecureString> s_noHeaders = [];

    /// <summary>The name of the server in the request and in the calls of the answer.</summary>
    public string Label { get; init; } = "";

    /// <summary>The URL of the server's SSE endpoint, without credentials.</summary>
    public string Url
    {
        get => Redaction.OfAddresses.Of(Address);
        init => Address = value;
    }

    /// <summary>The description of the server for the model; null if there is none.</summary>
    public string? Description { get; init; }

    /// <summary>The names of the headers.</summary>
    public IReadOnlyList<string> HeaderNames { get; init; } = [];

    /// <summary>The URL with its credentials.</summary>
    internal string Address { get; init; } = "";

    /// <summary>The header values that are known in this session.</summary>
    [JsonIgnore]
    internal IReadOnlyDictionary<string, SecureString> Headers { get; init; } = s_noHeaders;

    /// <summary>The secrets, which may appear only in the request.</summary>
    internal IEnumerable<string> Secrets
    {
        get
        {
            foreach (string value in HeaderNames.Where(Headers.ContainsKey).Select(Reveal))
            {
                yield return value;
                // When a server rejects a token, its message may contain the token without the scheme, so the token alone is also a secret.
                if (value.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space)
                    yield return value[(space + 1)..];
            }
            if (Address != Url && Uri.TryCreate(Address, UriKind.Absolute, out var uri))
            {
                var values = Address.Split('?', '&').Zip(Url.Split('?', '&')).Skip(1).Where(pair => pair.First != pair.Second)
                    .Select(pair => AfterFirst('=', pair.First));
                string[] secrets = [uri.UserInfo, AfterFirst(':', uri.UserInfo), .. values];
                // The server receives the decoded values, and may repeat them.
                foreach (string secret in secrets.Concat(secrets.Select(Uri.UnescapeDataString)).Distinct())
                    yield return secret;
            }
        }
    }

    private static string AfterFirst(char separator, string text) => text[(text.IndexOf(separator, StringComparison.Ordinal) + 1)..];

    /// <summary>A description of the missing secrets; null if no secret is missing. Files and stores do not contain secrets.</summary>
    internal string? Missing =>
        HeaderNames.Where(name => !Headers.ContainsKey(name)).ToArray() is { Length: > 0 } names
            ? $"the value of the {(names.Length == 1 ? "header" : "headers")} {Listing.And(names)}"
        : Address.Contains(Redaction.Removed, StringComparison.Ordinal) ? "the credentials in its URL" : null;

    /// <summary>Returns the value of a header for the request. Callers must not store the value.</summary>
    internal string Reveal(string header) => new NetworkCredential("", Headers[header]).Password;

    /// <summary>Returns a copy for display, without header values or credentials.</summary>
    internal QwenRemoteMcpServer Masked()
    {
        var hidden = new NetworkCredential("", Redaction.Removed.ToString()).SecurePassword;
        return this with { Address = Url, Headers = HeaderNames.ToDictionary(name => name, _ => hidden, StringComparer.OrdinalIgnoreCase) };
    }

    /// <summary>Adds the secrets that are known in this session to servers that were read from a store.</summary>
    internal static IReadOnlyList<QwenRemoteMcpServer>? Restore(IReadOnlyList<QwenRemoteMcpServer>? read, IReadOnlyList<QwenRemoteMcpServer>? known) =>
        read is null || known is null ? read
        : read.Select(server => known.FirstOrDefault(server.IsSame) is { } same ? server with { Address = same.Address, Headers = same.Headers } : server)
            .ToArray();

    private bool IsSame(QwenRemoteMcpServer other) => other.Label == Label && other.Url == Url && other.HeaderNames.SequenceEqual(HeaderNames);

    /// <summary>Returns the label and the URL.</summary>
    /// <returns>A string such as <c>maps (https://mcp.example.com/sse)</c>.</returns>
    public override string ToString() => $"{Label} ({Url})";
}
