namespace QwenChat.Protocols.Responses;

/// <summary>The kind of an output item.</summary>
internal enum StreamedItemKind
{
    /// <summary>A message.</summary>
    Message,
    /// <summary>Thinking.</summary>
    Reasoning,
    /// <summary>A function call, which the client runs.</summary>
    Call,
    /// <summary>An action of the service, such as a search.</summary>
    Other,
}
