namespace QwenChat;

/// <summary>A function that a model is offered.</summary>
/// <param name="Name">The name to call it by.</param>
/// <param name="Description">What it is for; null when the request does not say.</param>
/// <param name="Parameters">The JSON schema of its arguments, as text; <c>{}</c> when the request has none.</param>
public sealed record QwenEmulatorTool(string Name, string? Description, string Parameters)
{
    /// <summary>The tool's name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
