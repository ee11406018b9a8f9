using System.Net;
using System.Security;

namespace QwenChat;

/// <summary>The regions of the service. A key belongs to one of them.</summary>
public enum QwenRegion
{
    /// <summary>Singapore, the international service.</summary>
    Singapore,
    /// <summary>China North 2, Beijing.</summary>
    Beijing,
    /// <summary>US Virginia.</summary>
    Virginia,
    /// <summary>Hong Kong (China).</summary>
    HongKong,
    /// <summary>Germany, Frankfurt: only with a workspace's own address.</summary>
    Frankfurt,
    /// <summary>Japan, Tokyo: only with a workspace's own address.</summary>
    Tokyo,
}

/// <summary>
/// Where requests go, with which key, and how long they may take. Immutable. The key is no public member: it is not shown, not
/// exported and not serialised.
/// </summary>
public sealed record QwenConnection
{
    /// <summary>The service's address without a path; null when <see cref="CompatibleUri"/> is used.</summary>
    public Uri? BaseUri { get; init; }

    /// <summary>The address, with path, of another OpenAI-compatible server; only standard fields are sent there.</summary>
    public Uri? CompatibleUri { get; init; }

    /// <summary>An address of its own for the Responses and Conversations APIs, with path, such as the older one (qwen-api §0.2).</summary>
    public Uri? ResponsesBaseUri { get; init; }

    /// <summary>The region whose address and prices are used; null for an address of the user's.</summary>
    public QwenRegion? Region { get; init; }

    /// <summary>The workspace whose own address is used, or that is named on a shared one.</summary>
    public string? WorkspaceId { get; init; }

    /// <summary>The model of conversations that name none.</summary>
    public string? Model { get; init; }

    /// <summary>How long connecting may take.</summary>
    public TimeSpan ConnectionTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the first byte of an answer may take; null: 300 s, and 600 s for an answer that is not streamed.</summary>
    public TimeSpan? FirstByteTimeout { get; init; }

    /// <summary>How long an answer that has begun may be silent.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How often a request is sent again when the failure may pass.</summary>
    public int MaximumRetryCount { get; init; } = 3;

    /// <summary>The most connections open at once; null: as many as there are requests.</summary>
    public int? MaximumConnections { get; init; }

    /// <summary>Whether a key may go to another host over plain http.</summary>
    public bool AllowUnencryptedAuthentication { get; init; }

    /// <summary>The most the session may cost.</summary>
    public decimal? CostLimit { get; init; }

    /// <summary>The most tokens the session may use.</summary>
    public long? TokenLimit { get; init; }

    /// <summary>Whether a key is known.</summary>
    public bool HasApiKey => Key is not null;

    /// <summary>The key; never shown.</summary>
    internal SecureString? Key { get; init; }

    /// <summary>True for a connection that came out of another process, where keys are not taken along.</summary>
    internal bool LostKey { get; init; }

    /// <summary>The key as the header needs it. Not to be kept.</summary>
    internal string RevealKey() => new NetworkCredential("", Key).Password;

    /// <summary>The address, without a key.</summary>
    /// <returns>A short form for messages.</returns>
    public override string ToString() => (CompatibleUri ?? BaseUri)?.ToString() ?? "";
}
