namespace QwenChat;

/// <summary>A function that a model may call.</summary>
/// <param name="Name">The name of the function.</param>
/// <param name="Description">The description; null if the request does not specify a description.</param>
/// <param name="Parameters">The JSON schema of the arguments, as a string; <c>{}</c> if the request does not specify a schema.</param>
public sealed record QwenEmulatorTool(string Name, string? Description, string Parameters)
{
    /// <summary>Returns the name of the function.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
