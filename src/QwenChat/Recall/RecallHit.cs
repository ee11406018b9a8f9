namespace QwenChat.Recall;

/// <summary>An earlier turn that a message is near to.</summary>
/// <param name="Index">Its place in the conversation, from 0.</param>
/// <param name="Score">The higher the nearer.</param>
internal readonly record struct RecallHit(int Index, double Score);
