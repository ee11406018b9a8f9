using System.Collections.Concurrent;

namespace QwenChat.Cost;

/// <summary>The tokens-per-minute limits that apply to a request: the connection's limit, which all models share, and the model's own limit.</summary>
/// <param name="tokensPerMinute">The tokens per minute for all models together; null for no limit.</param>
/// <param name="ofModel">Returns the tokens per minute for a model; null for no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenRateLimits(double? tokensPerMinute, Func<string, double?> ofModel, TimeProvider time)
{
    private readonly TokenRateLimit? _all = tokensPerMinute is { } most ? new TokenRateLimit(most, time) : null;
    private readonly ConcurrentDictionary<string, TokenRateLimit> _own = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Returns the token limits of a connection: the limit set by the user, and the service's limit for each model. Null if there are no limits.
    /// </summary>
    public static TokenRateLimits? Of(QwenConnection connection, TimeProvider time) =>
        connection.TokensPerMinute is null && !connection.ServiceLimits.Any(limit => limit.TokensPerMinute is not null) ? null
            : new(connection.TokensPerMinute, model => connection.LimitOf(model)?.TokensPerMinute, time);

    /// <summary>Waits until a request may be sent, and charges its reservation.</summary>
    public async Task EnterAsync(string model, Reservation reservation, CancellationToken cancellation)
    {
        foreach (var pace in For(model))
        {
            await pace.EnterAsync(reservation.Tokens, cancellation).ConfigureAwait(false);
            reservation.Charged.Add(pace);
        }
    }

    public void Charge(string model, long tokens)
    {
        foreach (var pace in For(model))
            pace.Charge(tokens);
    }

    private IEnumerable<TokenRateLimit> For(string model)
    {
        if (ofModel(model) is { } most)
            yield return _own.GetOrAdd(model, _ => new TokenRateLimit(most, time));
        if (_all is not null)
            yield return _all;
    }
}
