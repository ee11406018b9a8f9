namespace QwenChat.Export.Markdown;

/// <summary>The target of a link.</summary>
/// <param name="Address">The URL.</param>
/// <param name="Title">The title; empty if the link has no title.</param>
internal sealed record LinkDefinition(string Address, string Title);
