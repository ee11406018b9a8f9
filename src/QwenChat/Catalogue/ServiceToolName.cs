namespace QwenChat.Catalogue;

/// <summary>What the catalogue calls a tool of the service that is no <see cref="QwenBuiltInTool"/>.</summary>
internal static class ServiceToolName
{
    /// <summary>MCP servers that the service calls.</summary>
    public const string RemoteMcpServer = "RemoteMcpServer";
}
