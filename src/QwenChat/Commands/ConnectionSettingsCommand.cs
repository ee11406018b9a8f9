using System.Management.Automation;
using System.Security;
using QwenChat.Commands.Errors;
using QwenChat.Commands.Input;
using QwenChat.Connection;
using QwenChat.Http;

namespace QwenChat.Commands;

/// <summary>What describes a connection: the parameters that Set- and New-QwenConnection share.</summary>
public abstract class ConnectionSettingsCommand : StoppableCommand
{
    private const string RegionSet = "Region";
    private const string HostSet = "BaseUri";
    private const string CompatibleSet = "CompatibleUri";

    private protected ConnectionSettingsCommand()
    {
    }

    /// <summary>The region whose address is used.</summary>
    [Parameter(ParameterSetName = RegionSet)]
    public QwenRegion? Region { get; set; }

    /// <summary>The workspace: its own address with -Region, a header with -BaseUri.</summary>
    [Parameter(ParameterSetName = RegionSet)]
    [Parameter(ParameterSetName = HostSet)]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? WorkspaceId { get; set; }

    /// <summary>A Qwen service's host. Text, because what PowerShell cannot make a Uri of is to get an error of ours.</summary>
    [Parameter(ParameterSetName = HostSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNull]
    [Text]
    public string? BaseUri { get; set; }

    /// <summary>Another OpenAI-compatible server's address, with its path.</summary>
    [Parameter(ParameterSetName = CompatibleSet, Mandatory = true)]
    [ValidateNotNull]
    [Text]
    public string? CompatibleUri { get; set; }

    /// <summary>An address of their own for Responses and Conversations, with its path.</summary>
    [Parameter]
    [ValidateNotNull]
    [Text]
    public string? ResponsesBaseUri { get; set; }

    /// <summary>The key.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), ApiKey]
    public SecureString? ApiKey { get; set; }

    /// <summary>The model of conversations that name none.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ModelCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? Model { get; set; }

    /// <summary>Seconds that connecting may take.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int ConnectionTimeoutSeconds { get; set; } = 15;

    /// <summary>Seconds until the first byte of an answer; by default 300, and 600 for one that is not streamed.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int? FirstByteTimeoutSeconds { get; set; }

    /// <summary>Seconds that an answer which has begun may be silent.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int IdleTimeoutSeconds { get; set; } = 120;

    /// <summary>How often a request is sent again when the failure may pass.</summary>
    [Parameter]
    [ValidateRange(0, 100)]
    public int MaximumRetryCount { get; set; } = 3;

    /// <summary>The most connections open at once.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int? MaximumConnections { get; set; }

    /// <summary>The most requests in a minute, evenly spaced, of everything that uses the connection.</summary>
    [Parameter]
    [ValidateRange(1, 1_000_000)]
    public int? RequestsPerMinute { get; set; }

    /// <summary>The most tokens in a minute, input and output together, of everything that uses the connection.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    public long? TokensPerMinute { get; set; }

    /// <summary>Reads the service's own limits per minute of each model, and holds them.</summary>
    [Parameter]
    public SwitchParameter UseServiceLimits { get; set; }

    /// <summary>Lets the key go to another machine over plain http.</summary>
    [Parameter]
    public SwitchParameter AllowUnencryptedAuthentication { get; set; }

    /// <summary>A limit of cost, kept with the connection.</summary>
    [Parameter]
    [ValidateRange(0d, 1e12)]
    public decimal? CostLimit { get; set; }

    /// <summary>A limit of tokens, kept with the connection.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    public long? TokenLimit { get; set; }

    /// <summary>The connection that the parameters describe; what they leave out is the default. Null when they describe none, and that was reported.</summary>
    private protected QwenConnection? Describe()
    {
        try
        {
            if (MyInvocation.BoundParameters.ContainsKey(nameof(ApiKey)) && ApiKey is not { Length: > 0 })
            {
                throw new QwenException(QwenErrorKind.ApiKeyMissing,
                    "-ApiKey was given, but it is empty. Leave it out to use the environment's key, or give one: -ApiKey (Read-Host -AsSecureString).");
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
