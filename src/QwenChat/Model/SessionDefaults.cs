namespace QwenChat.Model;

/// <summary>The settings that a conversation took from its session's defaults. Until the first turn, these settings follow the defaults.</summary>
/// <param name="FromEnvironment">Whether the connection came from environment variables, because no connection had been set.</param>
/// <param name="Api">Whether the API was derived from the connection and the model.</param>
/// <param name="Model">Whether the model is the default of the connection or the module.</param>
internal sealed record SessionDefaults(bool FromEnvironment, bool Api, bool Model);
