namespace QwenChat.Emulator.Http;

/// <summary>Thrown to abort a response whose fault cuts the connection.</summary>
internal sealed class HttpCutException(QwenEmulatorCut kind) : Exception("The connection is cut deliberately.")
{
    public QwenEmulatorCut Kind { get; } = kind;
}
