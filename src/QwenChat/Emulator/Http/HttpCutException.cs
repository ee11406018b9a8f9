namespace QwenChat.Emulator.Http;

/// <summary>Leaves an answer in the middle: a fault asked for the connection to be cut here.</summary>
internal sealed class HttpCutException(QwenEmulatorCut kind) : Exception("The connection is cut on purpose.")
{
    public QwenEmulatorCut Kind { get; } = kind;
}
