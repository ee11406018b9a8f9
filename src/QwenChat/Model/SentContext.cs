namespace QwenChat.Model;

/// <summary>The part of the conversation that a turn's request contained, when a policy or a summary applied.</summary>
/// <param name="First">The index of the first turn that the request contained verbatim.</param>
/// <param name="Summarized">The number of turns that the request's summary covered; 0 for no summary.</param>
/// <param name="Recalled">Whether the request contained recalled turns.</param>
/// <param name="Counted">The tokens of the whole request by the local estimate, not corrected by the service's count.</param>
internal sealed record SentContext(int First, int Summarized, bool Recalled, double Counted);
