namespace QwenChat;

/// <summary>The kind of search for turns.</summary>
public enum QwenSearchMode
{
    /// <summary>Semantic search: finds turns by their meaning. Uses an embedding model.</summary>
    Meaning,
    /// <summary>Keyword search: finds turns by their words. Does not use a model.</summary>
    Words,
}
