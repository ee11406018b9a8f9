namespace QwenChat.Catalogue;

/// <summary>The catalog's names for service tools that are not a <see cref="QwenBuiltInTool"/>.</summary>
internal static class ServiceToolName
{
    /// <summary>MCP servers called by the service.</summary>
    public const string RemoteMcpServer = "RemoteMcpServer";
}
