using QwenChat.Catalogue;

namespace QwenChat.Emulator;

/// <summary>The accepted models: those in the catalog and the user's catalog file or, with <paramref name="anyModel"/>, all names.</summary>
internal sealed class EmulatedModels(bool anyModel)
{
    public static IReadOnlyCollection<QwenModel> Listed => ModelCatalogue.All;

    public EmulatedModel? Find(string name) =>
        ModelCatalogue.Find(name) is { } facts ? new EmulatedModel(name) { Embeds = facts.OutputModalities.Contains("embedding") }
        : anyModel ? new EmulatedModel(name) { Embeds = name.Contains("embedding", StringComparison.OrdinalIgnoreCase) }
        : null;

    /// <summary>Returns a model by its name. Throws <see cref="Unknown"/> if the service does not have the model.</summary>
    public EmulatedModel Require(string name) => Find(name) ?? throw Unknown(name);

    /// <summary>Returns a model by its name. Throws <see cref="UnknownNative"/> if the service does not have the model.</summary>
    public EmulatedModel RequireNative(string name) => Find(name) ?? throw UnknownNative();

    /// <summary>Returns the compatible APIs' error for a model that does not exist or that the endpoint does not support.</summary>
    public static ApiRefusal Unknown(string name) =>
        new(404, "model_not_found", $"The model `{name}` does not exist or you do not have access to it.");

    /// <summary>Returns the native API's error for a model that does not exist or that the endpoint does not support.</summary>
    public static ApiRefusal UnknownNative() => ApiRefusal.Parameter("Model not exist.");

    /// <summary>Returns the Responses API's error for a model that does not exist or that the API does not support.</summary>
    public static ApiRefusal UnknownToResponses(string name) => ApiRefusal.Parameter($"Unsupported model: '{name}'");
}
