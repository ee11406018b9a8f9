using System.Net;
using System.Security;
using QwenChat.Connection;

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
    public string? Region => RegionKind?.ToString();

    internal QwenRegion? RegionKind { get; init; }

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

    /// <summary>The most requests in a minute, of everything that uses the connection in this process; null for no limit.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>The most tokens in a minute, input and output together, of everything that uses the connection in this process; null for no limit.</summary>
    public long? TokensPerMinute { get; init; }

    /// <summary>
    /// What the service says of the limits of its models, which hold besides <see cref="RequestsPerMinute"/> and <see cref="TokensPerMinute"/>; empty
    /// where they were not asked for.
    /// </summary>
    public IReadOnlyList<QwenModelLimit> ServiceLimits { get; init; } = [];

    /// <summary>Whether a key may go to another host over plain http.</summary>
    public bool AllowUnencryptedAuthentication { get; init; }

    /// <summary>The most the session may cost.</summary>
    public decimal? CostLimit { get; init; }

    /// <summary>The most tokens the session may use.</summary>
    public long? TokenLimit { get; init; }

    /// <summary>Whether a key is known.</summary>
    public bool HasApiKey => Key is { Length: > 0 };

    /// <summary>The key; never shown.</summary>
    internal SecureString? Key { get; init; }

    /// <summary>True for a connection that came out of another process, where keys are not taken along.</summary>
    internal bool LostKey { get; init; }

    /// <summary>Scheme, host and port of the server that keeps state: what it keeps is known at no other.</summary>
    internal string Address => ServiceAddress.Server(Responses());

    /// <summary>Every address that requests may go to.</summary>
    internal IEnumerable<Uri> Addresses => new[] { BaseUri, CompatibleUri, ResponsesBaseUri }.OfType<Uri>();

    /// <summary>The workspace to name in a header: not needed where the host already says it (qwen-api §1.4).</summary>
    internal string? WorkspaceHeader =>
        WorkspaceId is not null && BaseUri?.Host.StartsWith(WorkspaceId + ".", StringComparison.OrdinalIgnoreCase) == true ? null : WorkspaceId;

    /// <summary>The region whose prices hold: the service's own; Singapore's for an emulator on this machine; null for any other address.</summary>
    internal QwenRegion? PriceRegion => CompatibleUri is not null ? null
        : RegionKind ?? (BaseUri is not null && ServiceAddress.IsLoopback(BaseUri) ? QwenRegion.Singapore : null);

    /// <summary>What the service says of the limits of a model; null where it says nothing.</summary>
    internal QwenModelLimit? LimitOf(string model) =>
        ServiceLimits.FirstOrDefault(limit => string.Equals(limit.Model, model, StringComparison.OrdinalIgnoreCase));

    /// <summary>Where Chat Completions are asked for.</summary>
    internal Uri Chat => Compatible("/chat/completions");

    /// <summary>Where texts become vectors.</summary>
    internal Uri Embeddings => Compatible("/embeddings");

    /// <summary>A connection to an address, all else by default.</summary>
    /// <param name="baseUri">A Qwen service's host; one of its API addresses is understood too.</param>
    /// <param name="apiKey">The key; null where the server asks for none.</param>
    /// <returns>The connection, with default time-outs and retries.</returns>
    /// <exception cref="QwenException"><paramref name="baseUri"/> is no address of a Qwen service.</exception>
    internal static QwenConnection To(Uri baseUri, SecureString? apiKey)
    {
        ArgumentNullException.ThrowIfNull(baseUri);
        var (host, responses) = ServiceAddress.ReadHost(baseUri, nameof(baseUri));
        return new QwenConnection { BaseUri = host, ResponsesBaseUri = responses, RegionKind = ServiceAddress.RegionOf(host), Key = apiKey };
    }

    /// <summary>The connection that the environment's variables describe; without any of them Singapore, with no key.</summary>
    /// <exception cref="QwenException">A variable names no address, or a key file that holds none.</exception>
    internal static QwenConnection FromEnvironment(Func<string, string?> read, Func<string, string> readFile) =>
        new ConnectionTarget().Resolve(new ConnectionEnvironment(read, readFile));

    /// <summary>Where Responses are made, read and deleted.</summary>
    /// <param name="segments">What follows the family's path, such as <c>resp_1</c> and <c>input_items</c>.</param>
    /// <param name="query">The query; empty for none.</param>
    /// <exception cref="QwenException">A segment cannot be an id.</exception>
    internal Uri Responses(IReadOnlyList<string>? segments = null, string query = "") =>
        ServiceAddress.OfResource(Stateful("/responses"), segments ?? [], query);

    /// <summary>Where conversation objects and their items are.</summary>
    /// <inheritdoc cref="Responses"/>
    internal Uri Conversations(IReadOnlyList<string>? segments = null, string query = "") =>
        ServiceAddress.OfResource(Stateful("/conversations"), segments ?? [], query);

    /// <summary>Where files are.</summary>
    /// <inheritdoc cref="Responses"/>
    internal Uri Files(IReadOnlyList<string>? segments = null, string query = "") => ServiceAddress.OfResource(Compatible("/files"), segments ?? [], query);

    /// <summary>Where batches are.</summary>
    /// <inheritdoc cref="Responses"/>
    internal Uri Batches(IReadOnlyList<string>? segments = null, string query = "") => ServiceAddress.OfResource(Compatible("/batches"), segments ?? [], query);

    /// <summary>An endpoint of the native API.</summary>
    /// <param name="path">What follows <c>/api/v1</c>, such as <c>/services/aigc/text-generation/generation</c>.</param>
    /// <exception cref="QwenException">The server is not the Qwen service.</exception>
    internal Uri Native(string path) => BaseUri is not null
        ? ServiceAddress.Below(BaseUri, ServiceAddress.NativePath + path)
        : throw new QwenException(QwenErrorKind.InvalidRequest,
            $"{CompatibleUri} was given as -CompatibleUri: such a server does not speak the Qwen service's native API. Use -Api ChatCompletions or Responses, "
            + "or name a Qwen service with Set-QwenConnection -BaseUri.");

    /// <summary>Makes sure that there is a key where one is needed, and that it can stand in a header.</summary>
    /// <exception cref="QwenException">There is none, or it cannot be one.</exception>
    internal void EnsureKey()
    {
        if (!HasApiKey)
        {
            // A server of the user's own decides for itself: most of them ask for no key.
            if (CompatibleUri is null || LostKey)
                throw new QwenException(QwenErrorKind.ApiKeyMissing, LostKey ? LostKeyText : MissingKeyText()) { Connection = this };
            return;
        }
        foreach (char c in RevealKey())
        {
            if (c is <= ' ' or > '~')
            {
                throw new QwenException(QwenErrorKind.InvalidRequest,
                    "The API key holds a space, a line break or another character that no key has. Copy it again from the console and set it "
                        + "again.") { Connection = this };
            }
        }
    }

    /// <summary>Makes sure that the key is not sent where others on the way can read it.</summary>
    /// <exception cref="QwenException">An address is plain http on another machine.</exception>
    internal void EnsureKeyMayTravel()
    {
        if (!HasApiKey || AllowUnencryptedAuthentication)
            return;
        foreach (var address in Addresses)
        {
            if (address.Scheme == Uri.UriSchemeHttp && !ServiceAddress.IsLoopback(address))
            {
                throw new QwenException(QwenErrorKind.InvalidRequest,
                    $"The API key was not sent: {address} is plain http, so everybody on the way could read it. Use https://{address.Authority}, "
                    + "or, on a network you trust, Set-QwenConnection … -AllowUnencryptedAuthentication.");
            }
        }
    }

    /// <summary>The key as the header needs it. Not to be kept.</summary>
    internal string RevealKey() => new NetworkCredential("", Key).Password;

    /// <summary>The address, without a key.</summary>
    /// <returns>A short form for messages.</returns>
    public override string ToString() => (CompatibleUri ?? BaseUri)?.ToString() ?? "";

    private Uri Compatible(string path) => CompatibleUri is not null
        ? ServiceAddress.Below(CompatibleUri, path)
        : ServiceAddress.Below(BaseUri!, ServiceAddress.CompatiblePath + path);

    private Uri Stateful(string path) => ResponsesBaseUri is not null ? ServiceAddress.Below(ResponsesBaseUri, path) : Compatible(path);

    private const string LostKeyText =
        "This connection came out of another process, a job or a file, and an API key is never taken along. Give it one where it is used: "
        + "-Connection (New-QwenConnection -ApiKey …) there, or without -Connection set $env:DASHSCOPE_API_KEY there.";

    // The first error every user meets.
    private string MissingKeyText()
    {
        // Numbered, because PowerShell's default view joins the lines where it shows the place in a script.
        string parameter = $"Set-QwenConnection {Naming}-ApiKey (Read-Host -AsSecureString)\n";
        string emulator = "To try QwenChat without a key: Start-QwenEmulator | Set-QwenConnection";
        if (!Addresses.All(ServiceAddress.IsService))
        {
            return $"There is no API key for {Server}. One from the environment goes only to the Qwen service's own hosts and to the server that "
                + "$env:DASHSCOPE_HTTP_BASE_URL names, never to another. Give this server its own:\n" + parameter + emulator;
        }
        return $"There is no API key for {Server}. Give one in any of these ways:\n(1) " + parameter
            + "(2) $env:DASHSCOPE_API_KEY = 'sk-…'\n"
            + "(3) $env:DASHSCOPE_API_KEY_FILE_PATH = '<a file whose first line is the key>'\n"
            + "A key belongs to one region. " + emulator;
    }

    /// <summary>The address as Set-QwenConnection takes it, because naming the key alone would go back to the default address.</summary>
    internal string Naming
    {
        get
        {
            if (BaseUri == ServiceAddress.OfRegion(QwenRegion.Singapore, null) && WorkspaceId is null)
                return "";
            if (CompatibleUri is not null)
                return $"-CompatibleUri {CompatibleUri} ";
            string workspace = WorkspaceId is null ? "" : $"-WorkspaceId {WorkspaceId} ";
            return Region is null ? $"-BaseUri {BaseUri} {workspace}" : $"-Region {Region} {workspace}";
        }
    }

    /// <summary>Scheme, host and port.</summary>
    internal string Server => ServiceAddress.Server((CompatibleUri ?? BaseUri)!);
}
