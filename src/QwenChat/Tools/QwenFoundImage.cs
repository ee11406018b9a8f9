namespace QwenChat;

/// <summary>An image that a search found, or that code made.</summary>
/// <param name="Index">Its number in the results; null when the service gave none.</param>
/// <param name="Title">Its title.</param>
/// <param name="Url">Its address.</param>
public sealed record QwenFoundImage(int? Index, string? Title, string? Url)
{
    /// <summary>The image's address, else its title.</summary>
    /// <returns>The address; empty when there is neither.</returns>
    public override string ToString() => Url ?? Title ?? "";
}
