namespace QwenChat;

/// <summary>A part of a file that was found by a search in a knowledge base.</summary>
/// <param name="FileId">The service's id of the file.</param>
/// <param name="FileName">The name of the file.</param>
/// <param name="Score">The similarity to the query, from 0 to 1; null if the service did not report it.</param>
/// <param name="Text">The text of the part.</param>
public sealed record QwenFoundFile(string? FileId, string? FileName, double? Score, string? Text)
{
    /// <summary>Returns the name of the file, or its id.</summary>
    /// <returns>The name or id; empty if the file has neither.</returns>
    public override string ToString() => FileName ?? FileId ?? "";
}
