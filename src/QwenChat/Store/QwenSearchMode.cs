namespace QwenChat;

/// <summary>By what turns are looked for.</summary>
public enum QwenSearchMode
{
    /// <summary>What a turn means, whatever its words: by an embedding model.</summary>
    Meaning,
    /// <summary>The words that occur in a turn. Needs no model.</summary>
    Words,
}
