namespace QwenChat.Model;

/// <summary>The turns that one request contains.</summary>
/// <param name="Path">The turns of the conversation.</param>
/// <param name="From">The index of the first turn to send; equal to the number of turns if no turn is sent.</param>
internal readonly record struct HistorySlice(TurnPath Path, int From);
