namespace QwenChat.Catalogue;

/// <summary>The catalog's names for service tools that are not a <see cref="QwenBuiltInTool"/>.</summary>
internal static class ServiceToolName
{
    public const string RemoteMcpServer = "RemoteMcpServer";
}
