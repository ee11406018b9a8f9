namespace QwenChat.Model;

/// <summary>What a conversation has because its session had it, not because it was named. Until the first turn it follows the session.</summary>
/// <param name="FromEnvironment">Whether the connection was the environment's, because none had been set.</param>
/// <param name="Api">Whether the API follows from connection and model.</param>
/// <param name="Model">Whether the model is the connection's or the module's default.</param>
internal sealed record SessionDefaults(bool FromEnvironment, bool Api, bool Model);
