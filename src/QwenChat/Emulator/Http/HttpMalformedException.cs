namespace QwenChat.Emulator.Http;

/// <summary>What came is not HTTP, or more of it than is taken. Answered with a status, and the connection is closed.</summary>
internal sealed class HttpMalformedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
