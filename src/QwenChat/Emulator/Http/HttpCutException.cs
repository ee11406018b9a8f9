namespace QwenChat.Emulator.Http;

/// <summary>Aborts a response, because its fault requires the connection to be cut.</summary>
internal sealed class HttpCutException(QwenEmulatorCut kind) : Exception("The connection is cut deliberately.")
{
    public QwenEmulatorCut Kind { get; } = kind;
}
