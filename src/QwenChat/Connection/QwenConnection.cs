using System.Net;
using System.Security;
using QwenChat.Connection;
using QwenChat.Text;

namespace QwenChat;

/// <summary>The regions of the service. A key is valid in one region only.</summary>
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
    /// <summary>Germany, Frankfurt. Available only through the address of a workspace.</summary>
    Frankfurt,
    /// <summary>Japan, Tokyo. Available only through the address of a workspace.</summary>
    Tokyo,
}

/// <summary>
/// The address, the key and the timeouts of requests. Immutable. The key is not a public member, so that it is not displayed, exported or serialized.
/// </summary>
public sealed record QwenConnection
{
    /// <summary>The address of the service without a path; null if <see cref="CompatibleUri"/> is used.</summary>
    public Uri? BaseUri { get; init; }

    /// <summary>The address, including the path, of another OpenAI-compatible server. Only standard fields are sent to this server.</summary>
    public Uri? CompatibleUri { get; init; }

    /// <summary>A separate address, including the path, for the Responses and Conversations APIs, such as the older address (wire §1.2).</summary>
    public Uri? ResponsesBaseUri { get; init; }

    /// <summary>The region whose address and prices are used; null for a custom address.</summary>
    public string? Region => RegionKind?.ToString();

    internal QwenRegion? RegionKind { get; init; }

    /// <summary>The id of the workspace. The id is part of the address of the workspace, or is sent in a header to a shared address.</summary>
    public string? WorkspaceId { get; init; }

    /// <summary>The default model, for conversations that do not specify a model.</summary>
    public string? Model { get; init; }

    /// <summary>The timeout for connecting.</summary>
    public TimeSpan ConnectionTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The timeout for the first byte of a response; null for the default. The default is 300 s, or 600 s if the response is not streamed or the request
    /// contains a document.
    /// </summary>
    public TimeSpan? FirstByteTimeout { get; init; }

    /// <summary>The timeout for further data after the first byte of a response.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>The maximum number of retries after a temporary failure.</summary>
    public int MaximumRetryCount { get; init; } = 3;

    /// <summary>The maximum number of open connections; null if each concurrent request uses its own connection.</summary>
    public int? MaximumConnections { get; init; }

    /// <summary>The maximum number of requests per minute, for all commands that use the connection in this process; null for no limit.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>
    /// The maximum number of input and output tokens per minute, for all commands that use the connection in this process; null for no limit.
    /// </summary>
    public long? TokensPerMinute { get; init; }

    /// <summary>
    /// The rate limits that the service lists for its models. They apply in addition to <see cref="RequestsPerMinute"/> and
    /// <see cref="TokensPerMinute"/>. Empty if the list was not requested.
    /// </summary>
    public IReadOnlyList<QwenModelLimit> ServiceLimits { get; init; } = [];

    /// <summary>Whether a key may be sent over plain HTTP to a host other than this machine.</summary>
    public bool AllowUnencryptedAuthentication { get; init; }

    /// <summary>The maximum cost of all requests on the connection, in the currency of the region's prices; null for no limit.</summary>
    public decimal? CostLimit { get; init; }

    /// <summary>The maximum number of tokens of all requests on the connection, input and output together; null for no limit.</summary>
    public long? TokenLimit { get; init; }

    /// <summary>Whether there is a key.</summary>
    public bool HasApiKey => Key is { Length: > 0 };

    internal SecureString? Key { get; init; }

    /// <summary>True for a deserialized connection, which has no key.</summary>
    internal bool LostKey { get; init; }

    /// <summary>The scheme, host and port of the server that stores responses and conversations. Their ids are valid only on that server.</summary>
    internal string Address => ServiceAddress.Server(Responses());

    internal IEnumerable<Uri> Addresses => new[] { BaseUri, CompatibleUri, ResponsesBaseUri }.OfType<Uri>();

    /// <summary>The workspace id for the request header; null if no header is needed, because the host name already contains the id (wire §1.4).</summary>
    internal string? WorkspaceHeader =>
        WorkspaceId is not null && BaseUri?.Host.StartsWith(WorkspaceId + ".", StringComparison.OrdinalIgnoreCase) == true ? null : WorkspaceId;

    /// <summary>The region whose prices apply: the region of the address, or Singapore for an emulator on this machine; null for any other address.</summary>
    internal QwenRegion? PriceRegion => CompatibleUri is not null ? null
        : RegionKind ?? (BaseUri is not null && ServiceAddress.IsLoopback(BaseUri) ? QwenRegion.Singapore : null);

    /// <summary>Returns the service's limit for a model; null if the service lists no limit for the model.</summary>
    internal QwenModelLimit? LimitOf(string model) =>
        ServiceLimits.FirstOrDefault(limit => string.Equals(limit.Model, model, StringComparison.OrdinalIgnoreCase));

    internal Uri Chat => Compatible("/chat/completions");

    internal Uri Embeddings => Compatible("/embeddings");

    /// <summary>Creates a connection to a Qwen service, with defaults for all other settings.</summary>
    /// <exception cref="QwenException"><paramref name="baseUri"/> is not an address of a Qwen service.</exception>
    internal static QwenConnection To(Uri baseUri, SecureString? apiKey)
    {
        ArgumentNullException.ThrowIfNull(baseUri);
        var (host, responses) = ServiceAddress.ReadHost(baseUri, nameof(baseUri));
        return new QwenConnection { BaseUri = host, ResponsesBaseUri = responses, RegionKind = ServiceAddress.RegionOf(host), Key = apiKey };
    }

    /// <summary>
    /// Returns the connection that the environment variables specify. If no variable is set, returns a connection to Singapore without a key.
    /// </summary>
    /// <exception cref="QwenException">A variable does not contain a valid address, or the key file contains no key.</exception>
    internal static QwenConnection FromEnvironment(Func<string, string?> read, Func<string, string> readFile) =>
        new ConnectionTarget().Resolve(new ConnectionEnvironment(read, readFile));

    /// <summary>Returns the address of the Responses API, or of a resource below it.</summary>
    /// <param name="segments">The path segments after the path of the resource family, such as <c>resp_1</c> and <c>input_items</c>.</param>
    /// <param name="query">The query string; empty if there is none.</param>
    /// <exception cref="QwenException">A segment is not a valid id.</exception>
    internal Uri Responses(IReadOnlyList<string>? segments = null, string query = "") =>
        ServiceAddress.OfResource(Stateful("/responses"), segments ?? [], query);

    internal Uri Conversations(IReadOnlyList<string>? segments = null, string query = "") =>
        ServiceAddress.OfResource(Stateful("/conversations"), segments ?? [], query);

    internal Uri Files(IReadOnlyList<string>? segments = null, string query = "") => ServiceAddress.OfResource(Compatible("/files"), segments ?? [], query);

    internal Uri Batches(IReadOnlyList<string>? segments = null, string query = "") => ServiceAddress.OfResource(Compatible("/batches"), segments ?? [], query);

    /// <summary>Returns the address of an endpoint of the native API.</summary>
    /// <param name="path">The path after <c>/api/v1</c>, such as <c>/services/aigc/text-generation/generation</c>.</param>
    /// <param name="alternative">The alternative to the native API, for the error; null if there is none.</param>
    /// <exception cref="QwenException">The server is not the Qwen service.</exception>
    internal Uri Native(string path, string? alternative = null) => BaseUri is not null
        ? ServiceAddress.Below(BaseUri, ServiceAddress.NativePath + path)
        : throw new QwenException(QwenErrorKind.InvalidRequest,
            $"The server at {CompatibleUri} (-CompatibleUri) does not support the native API of the Qwen service (-Api DashScope). "
            + (alternative is null ? "Use a connection to the Qwen service." : $"{alternative}, or use a connection to the Qwen service."));

    /// <summary>Verifies that there is a key if the server needs one, and that the key is valid in a header.</summary>
    /// <exception cref="QwenException">There is no key, or the key is not valid.</exception>
    internal void EnsureKey()
    {
        if (!HasApiKey)
        {
            // Most other servers do not need a key.
            if (CompatibleUri is null || LostKey)
                throw new QwenException(QwenErrorKind.ApiKeyMissing, LostKey ? LostKeyText : MissingKeyText()) { Connection = this };
            return;
        }
        foreach (char c in RevealKey())
        {
            if (c is <= ' ' or > '~')
            {
                throw new QwenException(QwenErrorKind.InvalidRequest,
                    "The API key contains a space, a line break or another invalid character. Copy it again from the console and set it "
                        + "again.") { Connection = this };
            }
        }
    }

    /// <summary>Verifies that the key is not sent to another machine over plain HTTP, because other users of the network could read the key.</summary>
    /// <exception cref="QwenException">An address of another machine uses plain HTTP.</exception>
    internal void EnsureKeyMayTravel()
    {
        if (!HasApiKey || AllowUnencryptedAuthentication)
            return;
        foreach (var address in Addresses)
        {
            if (address.Scheme == Uri.UriSchemeHttp && !ServiceAddress.IsLoopback(address))
            {
                throw new QwenException(QwenErrorKind.InvalidRequest,
                    $"The API key was not sent, because {address} uses plain HTTP, and other users of the network could read the key. "
                    + $"Use https://{address.Authority}. If you trust the network, you can set the connection with -AllowUnencryptedAuthentication instead.");
            }
        }
    }

    /// <summary>Returns the key for the header. Callers must not store the key.</summary>
    internal string RevealKey() => new NetworkCredential("", Key).Password;

    /// <summary>Returns the address, without a key.</summary>
    /// <returns>The address in the form used in messages.</returns>
    public override string ToString() => (CompatibleUri ?? BaseUri)?.ToString() ?? "";

    private Uri Compatible(string path) => CompatibleUri is not null
        ? ServiceAddress.Below(CompatibleUri, path)
        : ServiceAddress.Below(BaseUri!, ServiceAddress.CompatiblePath + path);

    private Uri Stateful(string path) => ResponsesBaseUri is not null ? ServiceAddress.Below(ResponsesBaseUri, path) : Compatible(path);

    private const string LostKeyText =
        "This connection comes from another process, a job or a file, and an API key is never serialized. In the session that uses the connection, specify "
        + "-Connection (New-QwenConnection -ApiKey …), or set $env:DASHSCOPE_API_KEY and omit -Connection.";

    // Most users see this error first, so its message shows how to specify a key.
    private string MissingKeyText()
    {
        // The lines are numbered, because PowerShell's default error view joins them if it shows the position in a script.
        string parameter = $"Set-QwenConnection {Naming}-ApiKey (Read-Host -AsSecureString)\n";
        string emulator = "To try QwenChat without a key: Start-QwenEmulator | Set-QwenConnection";
        if (!Addresses.All(ServiceAddress.IsService))
        {
            return $"There is no API key for {Server}. A key from the environment is sent only to the Qwen service's own hosts and to the server that "
                + "$env:DASHSCOPE_HTTP_BASE_URL specifies. Specify a separate key for this server:\n" + parameter + emulator;
        }
        return $"There is no API key for {Server}. Specify a key in one of these ways:\n(1) " + parameter
            + "(2) $env:DASHSCOPE_API_KEY = 'sk-…'\n"
            + "(3) $env:DASHSCOPE_API_KEY_FILE_PATH = '<a file whose first line is the key>'\n"
            + "A key is valid in one region only. " + emulator;
    }

    /// <summary>
    /// The address as parameters of Set-QwenConnection, for error messages. Set-QwenConnection with only a key would reset the address.
    /// </summary>
    internal string Naming
    {
        get
        {
            if (BaseUri == ServiceAddress.OfRegion(QwenRegion.Singapore, null) && WorkspaceId is null)
                return "";
            if (CompatibleUri is not null)
                return $"-CompatibleUri {SingleQuoted.Argument(CompatibleUri.ToString())} ";
            string workspace = WorkspaceId is null ? "" : $"-WorkspaceId {WorkspaceId} ";
            return Region is null ? $"-BaseUri {SingleQuoted.Argument($"{BaseUri}")} {workspace}" : $"-Region {Region} {workspace}";
        }
    }

    /// <summary>The scheme, host and port of the server.</summary>
    internal string Server => ServiceAddress.Server((CompatibleUri ?? BaseUri)!);
}
