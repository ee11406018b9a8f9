namespace QwenChat;

/// <summary>An image found by a search, or created by code.</summary>
/// <param name="Index">The image's number in the results; null if the service reported none.</param>
/// <param name="Title">The image's title.</param>
/// <param name="Url">The image's URL.</param>
public sealed record QwenFoundImage(int? Index, string? Title, string? Url)
{
    /// <summary>Returns the URL of the image, or its title.</summary>
    /// <returns>The URL or title; empty if there is neither.</returns>
    public override string ToString() => Url ?? Title ?? "";
}
