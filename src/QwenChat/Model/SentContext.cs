namespace QwenChat.Model;

/// <summary>What the request of a turn carried of the conversation, where a policy had a say in it.</summary>
/// <param name="First">The first turn that was in it word for word, from 0.</param>
/// <param name="Summarized">How many turns the summary in it covered; 0 for no summary.</param>
/// <param name="Recalled">Whether there were recalled turns in it.</param>
/// <param name="Counted">The tokens of the whole request by our own count, without the service's help.</param>
internal sealed record SentContext(int First, int Summarized, bool Recalled, double Counted);
