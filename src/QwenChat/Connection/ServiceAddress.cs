using System.Net;
using QwenChat.Model;

namespace QwenChat.Connection;

/// <summary>Provides the addresses of the Qwen service (wire §1.1), and parses addresses that the user specifies.</summary>
internal static class ServiceAddress
{
    /// <summary>The path of the compatible APIs on a host of the service (wire §1.2).</summary>
    public const string CompatiblePath = "/compatible-mode/v1";

    public const string NativePath = "/api/v1";

    /// <summary>The original path of the Responses and Conversations APIs. The path still works, but is no longer maintained (wire §1.2).</summary>
    public const string OlderResponsesPath = "/api/v2/apps/protocols/compatible-mode/v1";

    private const string WorkspaceDomain = ".maas.aliyuncs.com";

    /// <summary>Returns the address of a region: the shared address, or the address of the workspace.</summary>
    /// <exception cref="QwenException">The region has no shared address and no workspace was specified, or the workspace id is not valid.</exception>
    public static Uri OfRegion(QwenRegion region, string? workspaceId)
    {
        var (shared, zone) = Hosts(region);
        if (workspaceId is not null)
            return new Uri("https://" + CheckWorkspace(workspaceId) + "." + zone + WorkspaceDomain);
        if (shared is null)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The region {region} has no shared address, because each workspace there has its own. Also specify your workspace, for example "
                + "-WorkspaceId llm-xxxxxxxx. The console shows the id in the workspace's settings.");
        }
        return new Uri("https://" + shared);
    }

    /// <summary>Returns the region of a shared or workspace host; null for any other host.</summary>
    public static QwenRegion? RegionOf(Uri address)
    {
        foreach (var region in Enum.GetValues<QwenRegion>())
        {
            var (shared, zone) = Hosts(region);
            if (address.Host == shared || address.Host.EndsWith("." + zone + WorkspaceDomain, StringComparison.Ordinal))
                return region;
        }
        return null;
    }

    /// <summary>
    /// Returns whether a host belongs to the Qwen service and may receive a key from the environment. Other domains below aliyuncs.com are excluded,
    /// because any customer can have a host there.
    /// </summary>
    public static bool IsService(Uri address) =>
        address.Host is "dashscope.aliyuncs.com" or "dashscope-intl.aliyuncs.com" or "dashscope-us.aliyuncs.com"
        || address.Host.EndsWith(".dashscope.aliyuncs.com", StringComparison.Ordinal)
        || address.Host.EndsWith(WorkspaceDomain, StringComparison.Ordinal);

    public static bool IsLoopback(Uri address) =>
        address.Host == "localhost" || (IPAddress.TryParse(address.DnsSafeHost, out var ip) && IPAddress.IsLoopback(ip));

    /// <summary>
    /// Parses an address that the user specified. <see cref="ReadHost"/> and <see cref="ReadWhole"/> check whether the address is valid for its
    /// purpose.
    /// </summary>
    /// <exception cref="QwenException">The text does not look like an address.</exception>
    public static Uri Parse(string text, string name) =>
        Uri.TryCreate(text.Trim(), UriKind.RelativeOrAbsolute, out var address) ? address : throw NoAddress(text, name);

    /// <summary>
    /// Reads the address of a service host, and removes the paths of the APIs. An address with the older Responses path is also returned unchanged, as
    /// the address of the Responses API.
    /// </summary>
    /// <exception cref="QwenException">The address is not the address of a Qwen service.</exception>
    public static (Uri BaseUri, Uri? ResponsesBaseUri) ReadHost(Uri address, string name)
    {
        string text = ReadText(address, name);
        if (Cut(text, OlderResponsesPath) is { } older)
            return (new Uri(older), new Uri(text));
        string host = Cut(text, CompatiblePath) ?? Cut(text, NativePath) ?? text;
        if (host.EndsWith("/v1", StringComparison.OrdinalIgnoreCase))
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"{name} '{address.OriginalString}' is not a Qwen service address. Specify the host, alone or followed by {CompatiblePath} or "
                + $"{NativePath}. For a different OpenAI-compatible server, use -CompatibleUri with this address.");
        }
        return (new Uri(host), null);
    }

    /// <summary>Reads an address with its path, such as <c>http://localhost:11434/v1</c>.</summary>
    /// <exception cref="QwenException">The address is not valid.</exception>
    public static Uri ReadWhole(Uri address, string name) => new(ReadText(address, name));

    public static Uri Below(Uri address, string path) => new(Text(address) + path);

    /// <summary>Returns the address of a resource. Only this method adds ids to a path.</summary>
    /// <param name="family">The address of the resource family, such as <c>…/responses</c>.</param>
    /// <param name="segments">Ids, and the fixed words between them.</param>
    /// <param name="query">The query string, with escaped values; empty if there is none.</param>
    /// <exception cref="QwenException">A segment is not a valid id.</exception>
    public static Uri OfResource(Uri family, IReadOnlyList<string> segments, string query) =>
        new(segments.Aggregate(Text(family), (path, segment) => path + "/" + ServiceId.Checked(segment)) + (query.Length == 0 ? "" : "?" + query));

    /// <summary>Returns the scheme, host and port of an address.</summary>
    public static string Server(Uri address) => address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    private static (string? Shared, string Zone) Hosts(QwenRegion region) => region switch
    {
        QwenRegion.Singapore => ("dashscope-intl.aliyuncs.com", "ap-southeast-1"),
        QwenRegion.Beijing => ("dashscope.aliyuncs.com", "cn-beijing"),
        QwenRegion.Virginia => ("dashscope-us.aliyuncs.com", "us-east-1"),
        QwenRegion.HongKong => ("cn-hongkong.dashscope.aliyuncs.com", "cn-hongkong"),
        QwenRegion.Frankfurt => (null, "eu-central-1"),
        QwenRegion.Tokyo => (null, "ap-northeast-1"),
        _ => throw new ArgumentOutOfRangeException(nameof(region), region, null),
    };

    private static string CheckWorkspace(string id)
    {
        // The id becomes part of a host name. Other characters could make the address refer to a different host.
        if (id.Length is > 0 and <= 63 && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && id[0] != '-' && id[^1] != '-')
            return id;
        throw new QwenException(QwenErrorKind.InvalidRequest,
            $"'{id}' is not a workspace id. An id looks like llm-xxxxxxxx or ws-xxxxxxxxxxxxxxxx; the console shows it in the workspace's settings.");
    }

    private static string ReadText(Uri address, string name)
    {
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
            throw NoAddress(address.OriginalString, name);
        if (address.UserInfo.Length > 0)
            throw Refuse("contains a user name", " Remove the part before the @, and specify a key with -ApiKey.");
        if (address.Query.Length > 0 || address.Fragment.Length > 0)
            throw Refuse("has a query or a fragment", " Remove the part that begins with ? or #.");
        string text = Text(address);
        foreach (string tail in (ReadOnlySpan<string>)["/chat/completions", "/responses", "/conversations"])
        {
            if (Cut(text, tail) is { } rest)
                throw Refuse($"ends with {tail}, which QwenChat appends itself", $" Use {rest}.");
        }
        return text;

        // The part before the @, or after the ? or #, may be a secret, so the message does not contain it.
        QwenException Refuse(string why, string advice)
        {
            string shown = address.UserInfo.Length > 0 ? Server(address).Replace("://", "://…@", StringComparison.Ordinal)
                : HideQuery(address.OriginalString);
            return new QwenException(QwenErrorKind.InvalidRequest, $"{name} '{shown}' {why}.{advice}");
        }
    }

    private static QwenException NoAddress(string text, string name) => new(QwenErrorKind.InvalidRequest,
        $"{name} '{text}' is not an http or https address. Specify an address such as https://dashscope-intl.aliyuncs.com or http://localhost:11434/v1.");

    private static string HideQuery(string address) => address.IndexOfAny(['?', '#']) is >= 0 and var end ? address[..(end + 1)] + "…" : address;

    /// <summary>Returns an address without its query and fragment, which may contain a secret.</summary>
    public static string WithoutQuery(string address) => address.IndexOfAny(['?', '#']) is >= 0 and var end ? address[..end] : address;

    private static string Text(Uri address) => address.GetLeftPart(UriPartial.Path).TrimEnd('/');

    private static string? Cut(string text, string tail) =>
        text.EndsWith(tail, StringComparison.OrdinalIgnoreCase) ? text[..^tail.Length].TrimEnd('/') : null;
}
