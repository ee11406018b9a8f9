namespace QwenChat;

/// <summary>An image that was found by a search or created by code.</summary>
/// <param name="Index">The number of the image in the results; null if the service did not report it.</param>
/// <param name="Title">The image's title.</param>
/// <param name="Url">The image's URL.</param>
public sealed record QwenFoundImage(int? Index, string? Title, string? Url)
{
    /// <summary>Returns the URL of the image, or its title.</summary>
    /// <returns>The URL or title; empty if the image has neither.</returns>
    public override string ToString() => Url ?? Title ?? "";
}
