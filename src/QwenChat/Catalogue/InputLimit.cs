namespace QwenChat.Catalogue;

/// <summary>The maximum number of input tokens of a model, as reported by the service when it rejected a request (wire §12.3).</summary>
internal sealed record InputLimit(string Model, int Tokens);
