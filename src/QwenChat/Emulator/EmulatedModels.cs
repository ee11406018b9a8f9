using QwenChat.Catalogue;

namespace QwenChat.Emulator;

/// <summary>The models that the emulated service has: those of the catalogue and of the user's own file, or any.</summary>
internal sealed class EmulatedModels(bool anyModel)
{
    /// <summary>All models that are listed by name.</summary>
    public static IReadOnlyCollection<QwenModel> Listed => ModelCatalogue.All;

    /// <summary>The model of that name; null when the service has none.</summary>
    public EmulatedModel? Find(string name) =>
        ModelCatalogue.Find(name) is { } facts ? new EmulatedModel(name) { Embeds = facts.OutputModalities.Contains("embedding") }
        : anyModel ? new EmulatedModel(name) { Embeds = name.Contains("embedding", StringComparison.OrdinalIgnoreCase) }
        : null;

    /// <summary>The model of that name, for a compatible API.</summary>
    /// <exception cref="ApiRefusal">The service has none.</exception>
    public EmulatedModel Require(string name) => Find(name) ?? throw Unknown(name);

    /// <summary>The model of that name, for the native API.</summary>
    /// <exception cref="ApiRefusal">The service has none.</exception>
    public EmulatedModel RequireNative(string name) => Find(name) ?? throw UnknownNative();

    /// <summary>What the compatible APIs say of a model that the service does not have, or has for something else.</summary>
    public static ApiRefusal Unknown(string name) =>
        new(404, "model_not_found", $"The model `{name}` does not exist or you do not have access to it.");

    /// <summary>What the native API says of it.</summary>
    public static ApiRefusal UnknownNative() => ApiRefusal.Parameter("Model not exist.");

    /// <summary>What the Responses API says of it.</summary>
    public static ApiRefusal UnknownToResponses(string name) => ApiRefusal.Parameter($"Unsupported model: '{name}'");
}
