namespace QwenChat.Export.Markdown;

/// <summary>The target of a link.</summary>
/// <param name="Address">The URL.</param>
/// <param name="Title">The title; empty if there is none.</param>
internal sealed record LinkDefinition(string Address, string Title);
