namespace QwenChat;

/// <summary>Tools that run on the service (wire §16).</summary>
[Flags]
public enum QwenBuiltInTool
{
    /// <summary>No tool.</summary>
    None = 0,
    /// <summary>Searches the web.</summary>
    WebSearch = 1,
    /// <summary>Reads pages that a web search found.</summary>
    WebExtractor = 2,
    /// <summary>Runs Python code that the model writes.</summary>
    CodeInterpreter = 4,
    /// <summary>Searches for images, by text or by an image in the message.</summary>
    ImageSearch = 8,
    /// <summary>Searches a knowledge base.</summary>
    FileSearch = 16,
}
