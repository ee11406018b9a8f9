namespace QwenChat.Emulator.Http;

/// <summary>The error for input that is not valid HTTP or is too large. An error status is returned, and the connection is closed.</summary>
internal sealed class HttpMalformedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
