namespace QwenChat;

/// <summary>The way in which turns are searched.</summary>
public enum QwenSearchMode
{
    /// <summary>By the meaning of a turn, independent of its words; uses an embedding model.</summary>
    Meaning,
    /// <summary>By the words of a turn. Needs no model.</summary>
    Words,
}
