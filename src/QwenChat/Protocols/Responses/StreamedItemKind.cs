namespace QwenChat.Protocols.Responses;

/// <summary>What kind of output an item is.</summary>
internal enum StreamedItemKind
{
    /// <summary>A message.</summary>
    Message,
    /// <summary>Thinking.</summary>
    Reasoning,
    /// <summary>A call that the caller is asked to make.</summary>
    Call,
    /// <summary>What the service did by itself, such as a search.</summary>
    Other,
}
