namespace QwenChat.Emulator.Http;

/// <summary>Thrown while a response is sent, if a fault cuts the connection.</summary>
internal sealed class HttpCutException(QwenEmulatorCut kind) : Exception("The connection is cut deliberately.")
{
    public QwenEmulatorCut Kind { get; } = kind;
}
