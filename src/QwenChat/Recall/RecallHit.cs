namespace QwenChat.Recall;

/// <summary>A part of an earlier turn that is similar to a message.</summary>
/// <param name="Index">The turn's index in the conversation.</param>
/// <param name="Part">The index of the part in the turn's text.</param>
/// <param name="Score">The cosine similarity for semantic search, or the BM25 score for keyword search. Higher is better.</param>
/// <param name="Mode">The search mode that found the part.</param>
internal readonly record struct RecallHit(int Index, int Part, double Score, QwenSearchMode Mode);
