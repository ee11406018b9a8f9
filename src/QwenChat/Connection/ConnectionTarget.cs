using System.Security;

namespace QwenChat.Connection;

/// <summary>The server and the key that the user specified. Omitted settings come from the environment, or have default values.</summary>
internal sealed record ConnectionTarget
{
    public QwenRegion? Region { get; init; }

    public string? WorkspaceId { get; init; }

    public Uri? BaseUri { get; init; }

    public Uri? CompatibleUri { get; init; }

    public Uri? ResponsesBaseUri { get; init; }

    public SecureString? Key { get; init; }

    /// <summary>Returns the connection. If no key was specified, the key from the environment is used, but only for servers that may receive it.</summary>
    /// <exception cref="QwenException">An address is not valid, or the environment's key cannot be read.</exception>
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
