namespace QwenChat.Benchmarks;

/// <summary>The API of a request's path.</summary>
internal enum Api
{
    ChatCompletions,
    DashScope,
    Responses,
}
