using System.Management.Automation;
using System.Security;
using QwenChat.Commands.Errors;
using QwenChat.Commands.Input;
using QwenChat.Connection;
using QwenChat.Http;

namespace QwenChat.Commands;

/// <summary>The base class of Set-QwenConnection and New-QwenConnection. Defines the parameters that describe a connection.</summary>
public abstract class ConnectionSettingsCommand : StoppableCommand
{
    private const string RegionSet = "Region";
    private const string HostSet = "BaseUri";
    private const string CompatibleSet = "CompatibleUri";

    private protected ConnectionSettingsCommand()
    {
    }

    /// <summary>The region, which determines the address.</summary>
    [Parameter(ParameterSetName = RegionSet)]
    public QwenRegion? Region { get; set; }

    /// <summary>The workspace id. With -Region, it becomes part of the address; with -BaseUri, it is sent in a header.</summary>
    [Parameter(ParameterSetName = RegionSet)]
    [Parameter(ParameterSetName = HostSet)]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? WorkspaceId { get; set; }

    /// <summary>
    /// The host of a Qwen service. The type is string, so that an invalid address causes this module's error instead of PowerShell's conversion error.
    /// </summary>
    [Parameter(ParameterSetName = HostSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNull]
    [Text]
    public string? BaseUri { get; set; }

    /// <summary>The address of another OpenAI-compatible server, including the path.</summary>
    [Parameter(ParameterSetName = CompatibleSet, Mandatory = true)]
    [ValidateNotNull]
    [Text]
    public string? CompatibleUri { get; set; }

    /// <summary>A separate address for the Responses and Conversations APIs, including the path.</summary>
    [Parameter]
    [ValidateNotNull]
    [Text]
    public string? ResponsesBaseUri { get; set; }

    /// <summary>The API key.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), ApiKey]
    public SecureString? ApiKey { get; set; }

    /// <summary>The model for conversations that do not specify one.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ModelCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? Model { get; set; }

    /// <summary>The timeout for connecting, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int ConnectionTimeoutSeconds { get; set; } = 15;

    /// <summary>The first-byte timeout, in seconds; by default 300, or 600 if the response is not streamed or the request contains a document.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int? FirstByteTimeoutSeconds { get; set; }

    /// <summary>The maximum pause while a response is being received, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int IdleTimeoutSeconds { get; set; } = 120;

    /// <summary>The maximum number of retries after a temporary failure.</summary>
    [Parameter]
    [ValidateRange(0, 100)]
    public int MaximumRetryCount { get; set; } = 3;

    /// <summary>The maximum number of open connections.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int? MaximumConnections { get; set; }

    /// <summary>The maximum number of requests per minute, shared by all commands that use the connection. Requests are evenly spaced.</summary>
    [Parameter]
    [ValidateRange(1, 1_000_000)]
    public int? RequestsPerMinute { get; set; }

    /// <summary>The maximum number of input and output tokens per minute, shared by all commands that use the connection.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    public long? TokensPerMinute { get; set; }

    /// <summary>Reads the service's per-minute limits for each model, and enforces them.</summary>
    [Parameter]
    public SwitchParameter UseServiceLimits { get; set; }

    /// <summary>Allows sending the key to another machine over plain HTTP.</summary>
    [Parameter]
    public SwitchParameter AllowUnencryptedAuthentication { get; set; }

    /// <summary>The cost limit of the connection.</summary>
    [Parameter]
    [ValidateRange(0d, 1e12)]
    public decimal? CostLimit { get; set; }

    /// <summary>The token limit of the connection.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    public long? TokenLimit { get; set; }

    /// <summary>Returns the connection that the parameters describe, or null if an error record was written.</summary>
    private protected QwenConnection? Describe()
    {
        try
        {
            if (MyInvocation.BoundParameters.ContainsKey(nameof(ApiKey)) && ApiKey is not { Length: > 0 })
            {
                throw new QwenException(QwenErrorKind.ApiKeyMissing,
                    "-ApiKey is empty. Remove it to use the key from the environment, or specify a key: -ApiKey (Read-Host -AsSecureString).");
            }
            var target = new ConnectionTarget
            {
                Region = Region,
                WorkspaceId = WorkspaceId,
                BaseUri = Parse(BaseUri, "-BaseUri"),
                CompatibleUri = Parse(CompatibleUri, "-CompatibleUri"),
                ResponsesBaseUri = Parse(ResponsesBaseUri, "-ResponsesBaseUri"),
                Key = ApiKey,
            };
            var connection = target.Resolve(ConnectionEnvironment.OfProcess) with
            {
                Model = Model,
                ConnectionTimeout = TimeSpan.FromSeconds(ConnectionTimeoutSeconds),
                FirstByteTimeout = FirstByteTimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                IdleTimeout = TimeSpan.FromSeconds(IdleTimeoutSeconds),
                MaximumRetryCount = MaximumRetryCount,
                MaximumConnections = MaximumConnections,
                RequestsPerMinute = RequestsPerMinute,
                TokensPerMinute = TokensPerMinute,
                AllowUnencryptedAuthentication = AllowUnencryptedAuthentication,
                CostLimit = CostLimit,
                TokenLimit = TokenLimit,
            };
            if (!UseServiceLimits)
                return connection;
            Notices.Protect(connection);
            var limits = Wait(ServiceLimits.ReadAsync(connection, Transport.For(connection), Notices, Cancellation));
            return connection with { ServiceLimits = limits };
        }
        catch (QwenException e)
        {
            TerminatingError.With(this,
                ErrorRecords.RecordOf(e, (BaseUri ?? CompatibleUri ?? ResponsesBaseUri) is { } address ? ServiceAddress.WithoutQuery(address) : null));
            return null;
        }
    }

    private static Uri? Parse(string? text, string name) => text is null ? null : ServiceAddress.Parse(text, name);
}
