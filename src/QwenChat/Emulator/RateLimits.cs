namespace QwenChat.Emulator;

/// <summary>
/// Counts the usage of each model in the last minute, and rejects requests that exceed the emulator's limits. The service's limits per second and for
/// sudden increases (wire §12.4) are not emulated.
/// </summary>
internal sealed class RateLimits(QwenEmulatorOptions options, EmulatorClock clock)
{
    private static readonly TimeSpan s_period = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, Queue<Use>> _uses = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Counts a request, or rejects it.</summary>
    public void Admit(string model, ErrorForm errors)
    {
        if (options.RequestsPerMinute is null && options.TokensPerMinute is null)
            return;
        lock (_uses)
        {
            var uses = Recent(model);
            if (uses.Count(use => use.IsRequest) >= options.RequestsPerMinute)
                throw ErrorWriter.Standard(429, errors);
            if (uses.Sum(use => use.Tokens) >= options.TokensPerMinute)
                throw TokensUsedUp(errors);
            uses.Enqueue(new Use(clock.Now, 0, IsRequest: true));
        }
    }

    public void Count(string model, int tokens)
    {
        if (options.TokensPerMinute is null)
            return;
        lock (_uses)
            Recent(model).Enqueue(new Use(clock.Now, tokens, IsRequest: false));
    }

    private static ApiRefusal TokensUsedUp(ErrorForm errors) => errors == ErrorForm.Nested
        ? new(429, "insufficient_quota", "You exceeded your current quota, please check your plan and billing details.") { Type = "insufficient_quota" }
        : new(429, "Throttling.AllocationQuota", "Allocated quota exceeded, please increase your quota limit.");

    private Queue<Use> Recent(string model)
    {
        if (!_uses.TryGetValue(model, out var uses))
            _uses.Add(model, uses = new Queue<Use>());
        while (uses.TryPeek(out var oldest) && oldest.At <= clock.Now - s_period)
            uses.Dequeue();
        return uses;
    }

    private readonly record struct Use(DateTimeOffset At, long Tokens, bool IsRequest);
}
