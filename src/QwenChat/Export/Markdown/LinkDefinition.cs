namespace QwenChat.Export.Markdown;

/// <summary>The target of a link. The title is empty if the link has no title.</summary>
internal sealed record LinkDefinition(string Address, string Title);
