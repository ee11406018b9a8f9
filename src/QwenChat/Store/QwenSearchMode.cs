namespace QwenChat;

/// <summary>The kind of search for turns.</summary>
public enum QwenSearchMode
{
    /// <summary>Semantic search: by the meaning of a turn, independent of its words. Uses an embedding model.</summary>
    Meaning,
    /// <summary>Keyword search: by the words of a turn. Does not use a model.</summary>
    Words,
}
