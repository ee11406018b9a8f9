namespace QwenChat.Emulator.Http;

/// <summary>Thrown when a fault cuts the connection, instead of completing the response.</summary>
internal sealed class HttpCutException(QwenEmulatorCut kind) : Exception("The connection is cut deliberately.")
{
    public QwenEmulatorCut Kind { get; } = kind;
}
