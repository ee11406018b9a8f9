namespace QwenChat.Model;

/// <summary>The head of a request, which the model reads before the messages. A request with a different head does not begin with the same bytes.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Instructions">The system prompt.</param>
/// <param name="ServiceTools">The tools that run on the service.</param>
/// <param name="Tools">The functions and MCP servers as text; empty if there are none.</param>
internal sealed record RequestHead(string Model, string? Instructions, QwenBuiltInTool ServiceTools, string Tools);
