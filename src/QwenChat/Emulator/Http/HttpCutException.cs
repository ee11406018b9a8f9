namespace QwenChat.Emulator.Http;

/// <summary>Aborts a response: a fault requires the connection to be cut here.</summary>
internal sealed class HttpCutException(QwenEmulatorCut kind) : Exception("The connection is cut on purpose.")
{
    public QwenEmulatorCut Kind { get; } = kind;
}
