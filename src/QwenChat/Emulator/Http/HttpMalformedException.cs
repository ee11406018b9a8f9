namespace QwenChat.Emulator.Http;

/// <summary>The input is not HTTP, or is too large. It gets an error status, and the connection is closed.</summary>
internal sealed class HttpMalformedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
