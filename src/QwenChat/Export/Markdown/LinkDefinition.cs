namespace QwenChat.Export.Markdown;

/// <summary>The target of a link.</summary>
/// <param name="Address">The URL.</param>
/// <param name="Title">Its title; empty when it has none.</param>
internal sealed record LinkDefinition(string Address, string Title);
