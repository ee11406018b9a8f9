namespace QwenChat.Emulator.Http;

/// <summary>Thrown when a fault cuts the connection before the response is complete.</summary>
internal sealed class HttpCutException(QwenEmulatorCut kind) : Exception("The connection is cut deliberately.")
{
    public QwenEmulatorCut Kind { get; } = kind;
}
