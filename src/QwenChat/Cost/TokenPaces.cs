using System.Collections.Concurrent;

namespace QwenChat.Cost;

/// <summary>The limits of tokens per minute that a request of a model has to keep: the one of all models together, and the model's own.</summary>
/// <param name="tokensPerMinute">The tokens of a minute of all models together; null for no limit.</param>
/// <param name="ofModel">The tokens of a minute of a model; null for no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenPaces(double? tokensPerMinute, Func<string, double?> ofModel, TimeProvider time)
{
    private readonly TokenPace? _all = tokensPerMinute is { } most ? new TokenPace(most, time) : null;
    private readonly ConcurrentDictionary<string, TokenPace> _own = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The paces of a connection: what the user set, and what the service says of each model; null where nothing is limited.</summary>
    public static TokenPaces? Of(QwenConnection connection, TimeProvider time) =>
        connection.TokensPerMinute is null && !connection.ServiceLimits.Any(limit => limit.TokensPerMinute is not null) ? null
            : new(connection.TokensPerMinute, model => connection.LimitOf(model)?.TokensPerMinute, time);

    /// <summary>Waits until a request may go out, and charges what it reserved.</summary>
    public async Task EnterAsync(string model, Reservation reservation, CancellationToken cancellation)
    {
        foreach (var pace in For(model))
        {
            await pace.EnterAsync(reservation.Tokens, cancellation).ConfigureAwait(false);
            reservation.Charged.Add(pace);
        }
    }

    /// <summary>Charges what was used.</summary>
    public void Charge(string model, long tokens)
    {
        foreach (var pace in For(model))
            pace.Charge(tokens);
    }

    private IEnumerable<TokenPace> For(string model)
    {
        if (ofModel(model) is { } most)
            yield return _own.GetOrAdd(model, _ => new TokenPace(most, time));
        if (_all is not null)
            yield return _all;
    }
}
