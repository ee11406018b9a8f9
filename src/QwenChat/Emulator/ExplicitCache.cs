namespace QwenChat.Emulator;

/// <summary>
/// The explicit context cache (wire §9). A marker on a message stores the prompt up to and including that message, if that prefix has at least 1024 tokens.
/// An entry expires five minutes after its last use. Only the last four markers of a request count. A marker reads the longest entry that ends at
/// the marked message or at one of the 20 messages before it.
/// </summary>
internal sealed class ExplicitCache(EmulatorClock clock)
{
    private const int MinimumTokens = 1024;
    private const int MaximumMarkers = 4;
    private const int LookBack = 20;
    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(5);
    private readonly Dictionary<(string Model, ulong Prefix), DateTimeOffset> _prefixes = [];

    /// <returns>The number of tokens that were read from the cache, and the number of tokens that were written to it.</returns>
    public (int Cached, int Created) Use(string model, IReadOnlyList<PrefixCache.MessageEnd> ends)
    {
        var markers = Enumerable.Range(0, ends.Count).Where(i => ends[i].IsMarked).TakeLast(MaximumMarkers).ToArray();
        var now = clock.Now;
        int cached = 0, last = 0;
        lock (_prefixes)
        {
            foreach (int marker in markers)
            {
                for (int i = marker; i >= Math.Max(0, marker - LookBack); i--)
                {
                    if (!_prefixes.TryGetValue((model, ends[i].Hash), out var expires) || expires <= now)
                        continue;
                    cached = Math.Max(cached, ends[i].Tokens);
                    _prefixes[(model, ends[i].Hash)] = now + s_lifetime;
                    break;
                }
            }
            foreach (int marker in markers.Where(marker => ends[marker].Tokens >= MinimumTokens))
            {
                _prefixes[(model, ends[marker].Hash)] = now + s_lifetime;
                last = ends[marker].Tokens;
            }
        }
        return (cached, Math.Max(0, last - cached));
    }
}
