namespace QwenChat.Benchmarks;

/// <summary>The API that a request's path belongs to.</summary>
internal enum Api
{
    ChatCompletions,
    DashScope,
    Responses,
}
