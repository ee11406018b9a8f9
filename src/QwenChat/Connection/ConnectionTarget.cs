using System.Security;

namespace QwenChat.Connection;

/// <summary>Which server, and with which key: what the user named of it, made into a connection. What is not named is the default again.</summary>
internal sealed record ConnectionTarget
{
    public QwenRegion? Region { get; init; }

    public string? WorkspaceId { get; init; }

    public Uri? BaseUri { get; init; }

    public Uri? CompatibleUri { get; init; }

    public Uri? ResponsesBaseUri { get; init; }

    public SecureString? Key { get; init; }

    /// <summary>The connection. Without a key of its own it gets the environment's, but only for servers that key is meant for.</summary>
    /// <exception cref="QwenException">An address cannot be understood, or the environment's key cannot be read.</exception>
    public QwenConnection Resolve(ConnectionEnvironment environment)
    {
        var connection = Locate(environment);
        if (ResponsesBaseUri is not null)
            connection = connection with { ResponsesBaseUri = ServiceAddress.ReadWhole(ResponsesBaseUri, "-ResponsesBaseUri") };
        bool trusted = connection.Addresses.All(environment.Trusts);
        return connection with { Key = Key ?? (trusted ? environment.Key() : null) };
    }

    private QwenConnection Locate(ConnectionEnvironment environment)
    {
        if (CompatibleUri is not null)
            return new QwenConnection { CompatibleUri = ServiceAddress.ReadWhole(CompatibleUri, "-CompatibleUri") };
        if (BaseUri is not null)
        {
            var (host, responses) = ServiceAddress.ReadHost(BaseUri, "-BaseUri");
            return new QwenConnection { BaseUri = host, ResponsesBaseUri = responses, RegionKind = ServiceAddress.RegionOf(host), WorkspaceId = WorkspaceId };
        }
        if (Region is null && WorkspaceId is null)
            return environment.Address();
        var region = Region ?? QwenRegion.Singapore;
        return new QwenConnection { BaseUri = ServiceAddress.OfRegion(region, WorkspaceId), RegionKind = region, WorkspaceId = WorkspaceId };
    }
}
