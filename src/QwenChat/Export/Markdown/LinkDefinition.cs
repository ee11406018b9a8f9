namespace QwenChat.Export.Markdown;

/// <summary>What a link's label stands for.</summary>
/// <param name="Address">Where it leads.</param>
/// <param name="Title">Its title; empty when it has none.</param>
internal sealed record LinkDefinition(string Address, string Title);
