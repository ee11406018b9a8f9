namespace QwenChat.Emulator.Http;

/// <summary>The error for input that is not HTTP or is too large. The response is an error status, and the connection is closed.</summary>
internal sealed class HttpMalformedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
