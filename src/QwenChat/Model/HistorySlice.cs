namespace QwenChat.Model;

/// <summary>The turns that one request carries.</summary>
/// <param name="Path">The turns of the conversation.</param>
/// <param name="From">The first of them that is sent, from 0; equal to their count when none is.</param>
internal readonly record struct HistorySlice(TurnPath Path, int From);
