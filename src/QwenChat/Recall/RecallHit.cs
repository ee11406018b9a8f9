namespace QwenChat.Recall;

/// <summary>A part of an earlier turn that a message is near to.</summary>
/// <param name="Index">The turn's place in the conversation, from 0.</param>
/// <param name="Part">Which part of the turn's text, from 0.</param>
/// <param name="Score">The higher the nearer: the cosine by meaning, a BM25 score by words.</param>
/// <param name="Mode">By what it was found.</param>
internal readonly record struct RecallHit(int Index, int Part, double Score, QwenSearchMode Mode);
