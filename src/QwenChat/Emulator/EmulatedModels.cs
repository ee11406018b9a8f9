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
}
