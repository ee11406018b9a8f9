namespace QwenChat;

/// <summary>An image found by a search, or created by code.</summary>
/// <param name="Index">Its number in the results; null if the service reported none.</param>
/// <param name="Title">Its title.</param>
/// <param name="Url">Its address.</param>
public sealed record QwenFoundImage(int? Index, string? Title, string? Url)
{
    /// <summary>Returns the address of the image, or its title.</summary>
    /// <returns>The address; empty if there is neither.</returns>
    public override string ToString() => Url ?? Title ?? "";
}
