using System.Globalization;
using QwenChat.Catalogue;
using QwenChat.Model;
using QwenChat.Text;

namespace QwenChat.Cost;

/// <summary>The limits that the user set on a conversation, a connection or a session, and the usage that counts against them.</summary>
/// <param name="Owner">The owner of the limits: <c>conversation</c>, <c>connection</c> or <c>session</c>.</param>
/// <param name="Ledger">The usage and cost so far.</param>
/// <param name="CostLimit">The cost limit; null for no limit.</param>
/// <param name="TokenLimit">The token limit, input and output together; null for no limit.</param>
internal sealed record Budget(string Owner, Ledger Ledger, decimal? CostLimit, long? TokenLimit)
{
    /// <summary>The maximum number of output tokens assumed for an unknown model.</summary>
    private const long UnknownOutput = 32_768;

    public const string ConversationOwner = "conversation";

    public bool HasLimit => CostLimit is not null || TokenLimit is not null || Ledger.Paces is not null;

    /// <summary>Returns the limits of a connection, which apply to all requests sent with the connection in this process.</summary>
    public static Budget Of(QwenConnection connection, string owner = "connection") =>
        new(owner, Ledger.OfConnection(connection), connection.CostLimit, connection.TokenLimit);

    /// <summary>The usual and the maximum number of decimal places in messages.</summary>
    private const int UsualDigits = 6, MostDigits = 28;

    /// <summary>Verifies before sending that a request stays within the limits.</summary>
    /// <exception cref="QwenException">The request would exceed a limit, or a cost limit cannot be enforced because a price is not known.</exception>
    public void Check(Forecast forecast)
    {
        if (HasLimit)
            Ledger.Check(forecast, RefuseIfPassed);
    }

    /// <summary>Verifies that a request stays within the limits, and reserves the expected usage until the actual usage is counted.</summary>
    /// <returns>The reservation; null if no limit is set.</returns>
    /// <inheritdoc cref="Check"/>
    public async Task<Reservation?> ReserveAsync(Forecast forecast, CancellationToken cancellation) =>
        HasLimit ? await Ledger.ReserveAsync(forecast, LongestOutput(forecast.Terms.Model), RefuseIfPassed, cancellation).ConfigureAwait(false) : null;

    /// <summary>Reserves the expected usage of a batch, whose tokens do not count against per-minute limits.</summary>
    /// <inheritdoc cref="Check"/>
    public Reservation? ReserveUnpaced(Forecast forecast) =>
        CostLimit is null && TokenLimit is null ? null : Ledger.ReserveUnpaced(forecast, RefuseIfPassed);

    private void RefuseIfPassed(LimitCount used, Forecast forecast)
    {
        if (TokenLimit is { } most && SaturatingMath.Add(used.Tokens, forecast.Tokens) > most)
            throw Exceeded($"-TokenLimit of {Show(most)}",
                $"{Quantity.Are(used.Tokens, "token")} used{Reserved(used.Tokens > Ledger.Tokens)}, and this request needs about {Show(forecast.Tokens)} more");
        if (CostLimit is not { } dearest)
            return;
        if (forecast.Charge is not { } charge)
            throw NoPrice(Owner, forecast.Terms);
        if (used.Costs.Keys.FirstOrDefault(currency => currency != charge.Currency) is { } other)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The {Owner}'s -CostLimit cannot be enforced: the cost so far is {Show(used.Costs[other])} {other}, but the price of "
                    + $"{forecast.Terms.Model} is in {charge.Currency}. "
                + "Currencies are not converted. Use models with prices in one currency, or limit tokens instead with -TokenLimit.");
        }
        decimal spent = used.Costs.GetValueOrDefault(charge.Currency);
        if (SaturatingMath.Add(spent, charge.Amount) > dearest)
        {
            int digits = Digits(dearest, spent, charge.Amount);
            throw Exceeded($"-CostLimit of {Show(dearest, digits)} {charge.Currency}",
                $"{Show(spent, digits)} has been spent{Reserved(spent > Ledger.Costs.GetValueOrDefault(charge.Currency))}, and this request would cost about "
                    + $"{Show(charge.Amount, digits)} more, assuming no cache hits");
        }
    }

    private static string Reserved(bool any) => any ? " or reserved for requests in progress" : "";

    private static long LongestOutput(string model) => ModelCatalogue.Find(model)?.MaxOutputTokens ?? UnknownOutput;

    /// <summary>Warns if a reply has brought the total to a limit or above it. The next request will be rejected.</summary>
    public void WarnIfPassed(NoticeQueue notices)
    {
        if (TokenLimit is { } most && Ledger.Tokens >= most)
            notices.Warn($"The {Owner} has used {Quantity.Of(Ledger.Tokens, "token")} and reached its -TokenLimit of {Show(most)}. "
                + "The next message will be rejected.");
        if (CostLimit is { } dearest && Ledger.Costs.FirstOrDefault(cost => cost.Value >= dearest) is { Key: { } currency } passed)
        {
            int digits = Digits(dearest, passed.Value, 0);
            notices.Warn($"The {Owner} has cost {Show(passed.Value, digits)} {currency} and reached its -CostLimit of {Show(dearest, digits)}. "
                + "The next message will be rejected.");
        }
    }

    /// <summary>Creates the error for a cost limit that cannot be enforced because no price is known.</summary>
    public static QwenException NoPrice(string owner, BillingTerms terms)
    {
        string where = terms.Region is { } region ? $" in the {region} region" : " at this address";
        return new QwenException(QwenErrorKind.InvalidRequest,
            $"The {owner}'s -CostLimit cannot be enforced: no price for '{terms.Model}' is known{where}. Limit tokens instead (-TokenLimit), or specify "
                + $"the price in a catalog file ($env:{ModelCatalogue.FileVariable}; see Get-Help Get-QwenModel).");
    }

    private QwenException Exceeded(string limit, string why) =>
        new(QwenErrorKind.BudgetExceeded, $"Nothing was sent because the request would exceed the {Owner}'s {limit}: {why}. To continue, set a higher limit.")
        {
            IsOfConversation = Owner == ConversationOwner,
        };

    private static string Show(long tokens) => tokens.ToString("N0", CultureInfo.InvariantCulture);

    private static string Show(decimal amount, int digits = UsualDigits) =>
        Math.Round(amount, digits).ToString("0." + new string('#', digits), CultureInfo.InvariantCulture);

    /// <summary>
    /// Returns the number of decimal places needed to show that the sum of two amounts exceeds a limit. With fewer decimal places, the sum might look
    /// equal to the limit.
    /// </summary>
    private static int Digits(decimal limit, decimal spent, decimal more)
    {
        int digits = UsualDigits;
        while (digits < MostDigits && !Tells(digits))
            digits++;
        return digits;

        bool Tells(int count)
        {
            var (shownLimit, shownSpent, shownMore) = (Math.Round(limit, count), Math.Round(spent, count), Math.Round(more, count));
            return (shownLimit == shownSpent) == (limit == spent) && (shownMore == 0) == (more == 0)
                && (SaturatingMath.Add(shownSpent, shownMore) > shownLimit) == (SaturatingMath.Add(spent, more) > limit);
        }
    }
}
