namespace QwenChat.Model;

/// <summary>
/// The head of a request, which the model reads before the messages: model, instructions and tools. Requests with different heads do not begin with the
/// same bytes.
/// </summary>
internal sealed record RequestHead(string Model, string? Instructions, QwenBuiltInTool ServiceTools, string Tools);
