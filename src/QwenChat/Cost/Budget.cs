using System.Globalization;
using QwenChat.Catalogue;
using QwenChat.Model;

namespace QwenChat.Cost;

/// <summary>A limit that the user set on a conversation or on a session, and what counts towards it.</summary>
/// <param name="Owner">Whose limit it is: <c>conversation</c> or <c>session</c>.</param>
/// <param name="Ledger">What was used and cost so far.</param>
/// <param name="CostLimit">The most it may cost; null for no limit.</param>
/// <param name="TokenLimit">The most tokens, input and output together; null for no limit.</param>
internal sealed record Budget(string Owner, Ledger Ledger, decimal? CostLimit, long? TokenLimit)
{
    /// <summary>The answer of a model of which nothing is known is taken to have no more tokens than this.</summary>
    private const long UnknownOutput = 32_768;

    /// <summary>The owner of a limit that holds for one conversation alone.</summary>
    public const string ConversationOwner = "conversation";

    /// <summary>Whether there is anything to hold.</summary>
    public bool HasLimit => CostLimit is not null || TokenLimit is not null || Ledger.Paces is not null;

    /// <summary>The limits of a connection, for everything that is sent with it in this process.</summary>
    public static Budget Of(QwenConnection connection, string owner = "connection") =>
        new(owner, Ledger.OfConnection(connection), connection.CostLimit, connection.TokenLimit);

    /// <summary>Decimals of an amount in a message, and how many there can be.</summary>
    private const int UsualDigits = 6, MostDigits = 28;

    /// <summary>Makes sure, before anything is sent, that a request stays within the limits.</summary>
    /// <exception cref="QwenException">It would pass one, or a limit of cost cannot be held because a price is not known.</exception>
    public void Check(Forecast forecast)
    {
        if (HasLimit)
            Ledger.Check(forecast, RefuseIfPassed);
    }

    /// <summary>Makes sure of it, and reserves what the request may use until it is counted.</summary>
    /// <returns>What is reserved; null where there is no limit.</returns>
    /// <inheritdoc cref="Check"/>
    public async Task<Reservation?> ReserveAsync(Forecast forecast, CancellationToken cancellation) =>
        HasLimit ? await Ledger.ReserveAsync(forecast, LongestOutput(forecast.Terms.Model), RefuseIfPassed, cancellation).ConfigureAwait(false) : null;

    /// <summary>The same for a batch, whose tokens are none of a minute's.</summary>
    /// <inheritdoc cref="Check"/>
    public Reservation? ReserveUnpaced(Forecast forecast) =>
        CostLimit is null && TokenLimit is null ? null : Ledger.ReserveUnpaced(forecast, RefuseIfPassed);

    private void RefuseIfPassed(LimitCount used, Forecast forecast)
    {
        if (TokenLimit is { } most && SaturatingMath.Add(used.Tokens, forecast.Tokens) > most)
            throw Exceeded($"-TokenLimit of {Show(most)}",
                $"{Show(used.Tokens)} tokens are used{Reserved(used.Tokens > Ledger.Tokens)}, and this request is about {Show(forecast.Tokens)} more");
        if (CostLimit is not { } dearest)
            return;
        if (forecast.Charge is not { } charge)
            throw NoPrice(Owner, forecast.Terms);
        if (used.Costs.Keys.FirstOrDefault(currency => currency != charge.Currency) is { } other)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The {Owner}'s -CostLimit cannot be held: it has cost {Show(used.Costs[other])} {other} so far, and {forecast.Terms.Model} has its price in "
                    + $"{charge.Currency}. "
                + "Currencies are not converted. Stay with models of one currency, or limit tokens instead: -TokenLimit.");
        }
        decimal spent = used.Costs.GetValueOrDefault(charge.Currency);
        if (SaturatingMath.Add(spent, charge.Amount) > dearest)
        {
            int digits = Digits(dearest, spent, charge.Amount);
            throw Exceeded($"-CostLimit of {Show(dearest, digits)} {charge.Currency}",
                $"it has cost {Show(spent, digits)}{Reserved(spent > Ledger.Costs.GetValueOrDefault(charge.Currency))}, and this request costs about "
                    + $"{Show(charge.Amount, digits)} more without a cache being known");
        }
    }

    private static string Reserved(bool any) => any ? " or reserved for requests under way" : "";

    private static long LongestOutput(string model) => ModelCatalogue.Find(model)?.MaxOutputTokens ?? UnknownOutput;

    /// <summary>Says so when the answer took the total past a limit; the next request will be refused.</summary>
    public void WarnIfPassed(NoticeQueue notices)
    {
        if (TokenLimit is { } most && Ledger.Tokens >= most)
            notices.Warn($"The {Owner} has used {Show(Ledger.Tokens)} tokens, and its -TokenLimit is {Show(most)}: the next message will be refused.");
        if (CostLimit is { } dearest && Ledger.Costs.FirstOrDefault(cost => cost.Value >= dearest) is { Key: { } currency } passed)
        {
            int digits = Digits(dearest, passed.Value, 0);
            notices.Warn($"The {Owner} has cost {Show(passed.Value, digits)} {currency}, and its -CostLimit is {Show(dearest, digits)}: the next message will "
                + "be refused.");
        }
    }

    /// <summary>The refusal of a limit of cost where no price is known.</summary>
    public static QwenException NoPrice(string owner, BillingTerms terms)
    {
        string where = terms.Region is { } region ? $" in the region {region}" : " at this address";
        return new QwenException(QwenErrorKind.InvalidRequest,
            $"The {owner}'s -CostLimit cannot be held: no price of '{terms.Model}' is known{where}. Limit tokens instead (-TokenLimit), or name the price in a "
            + $"catalogue file of your own: $env:{ModelCatalogue.FileVariable}, see Get-Help Get-QwenModel.");
    }

    private QwenException Exceeded(string limit, string why) =>
        new(QwenErrorKind.BudgetExceeded, $"Nothing was sent, because it would pass the {Owner}'s {limit}: {why}.")
        {
            IsOfConversation = Owner == ConversationOwner,
        };

    private static string Show(long tokens) => tokens.ToString("N0", CultureInfo.InvariantCulture);

    private static string Show(decimal amount, int digits = UsualDigits) =>
        Math.Round(amount, digits).ToString("0." + new string('#', digits), CultureInfo.InvariantCulture);

    /// <summary>How many decimals show that an amount and a further one pass a limit, if they do: rounded to fewer they may read as equal to it.</summary>
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
