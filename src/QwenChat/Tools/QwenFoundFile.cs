namespace QwenChat;

/// <summary>A part of a file that a search in a knowledge base found.</summary>
/// <param name="FileId">The service's id of the file.</param>
/// <param name="FileName">The file's name.</param>
/// <param name="Score">How near it is to the query, from 0 to 1; null when the service did not say.</param>
/// <param name="Text">The text that was found.</param>
public sealed record QwenFoundFile(string? FileId, string? FileName, double? Score, string? Text)
{
    /// <summary>The file's name, else its id.</summary>
    /// <returns>The name; empty when there is neither.</returns>
    public override string ToString() => FileName ?? FileId ?? "";
}
