namespace QwenChat;

/// <summary>A function offered to a model.</summary>
/// <param name="Name">The name of the function.</param>
/// <param name="Description">The description; null if the request has none.</param>
/// <param name="Parameters">The JSON schema of the arguments, as a string; <c>{}</c> if the request has none.</param>
public sealed record QwenEmulatorTool(string Name, string? Description, string Parameters)
{
    /// <summary>Returns the name of the tool.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
