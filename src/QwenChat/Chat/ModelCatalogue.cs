namespace QwenChat;

/// <summary>The models this version knows. Unknown models are allowed everywhere, with the service's own defaults.</summary>
internal static class ModelCatalogue
{
    /// <summary>The model of conversations that name none.</summary>
    public const string DefaultModel = "qwen3.6-plus";

    public static QwenModel? Find(string id) => null;
}
