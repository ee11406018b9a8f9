namespace QwenChat.Catalogue;

/// <summary>The most input tokens of a model, as the service named them when it refused a request (qwen-api §12.3).</summary>
internal sealed record InputLimit(string Model, int Tokens);
