namespace QwenChat.Benchmarks;

/// <summary>The API that a request's path names.</summary>
internal enum Api
{
    ChatCompletions,
    DashScope,
    Responses,
}
