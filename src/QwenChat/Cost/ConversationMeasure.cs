using QwenChat.Catalogue;
using QwenChat.Model;

namespace QwenChat.Cost;

/// <summary>Measures conversations: the usage and cost of their turns, at the prices in the current catalog.</summary>
internal static class ConversationMeasure
{
    /// <summary>
    /// Returns one measure for each model, in the order of first use. Calls outside turns follow, with one measure for each purpose and model. An empty
    /// conversation has a single measure without turns.
    /// </summary>
    public static IReadOnlyList<QwenMeasure> Of(QwenConversation conversation)
    {
        var path = conversation.Path;
        var lines = Ledger.Of(path, conversation.Connection).Lines;
        if (lines.Count == 0)
        {
            var terms = new BillingTerms(conversation.Model, conversation.Connection.PriceRegion, ExplicitCache: false);
            lines = [new QwenMeasure { Model = conversation.Model, Currency = Pricing.PriceOf(terms, 0)?.Currency }];
        }
        return [.. lines.Select(line => line with { WindowShare = WindowShare(path, line.Model!, conversation.Connection) })
            .Concat(conversation.Ledger.CallLines).Select(line => line with { Conversation = conversation.ToString() })];
    }

    /// <summary>
    /// Returns the totals: one total for each currency, because amounts in different currencies are not added, and one total for usage without a known
    /// price.
    /// </summary>
    public static IReadOnlyList<QwenMeasure> Total(IEnumerable<QwenMeasure> measures) =>
        measures.GroupBy(measure => measure.Currency).Select(group => group.Aggregate((sum, next) => sum.Plus(next)) with { WindowShare = null }).ToArray();

    /// <summary>Returns the share of the context window that the model's newest turn uses: its request, and its reply without thinking.</summary>
    private static double? WindowShare(TurnPath path, string model, QwenConnection connection)
    {
        if (ModelCatalogue.Find(model)?.ContextWindow is not { } window)
            return null;
        for (int i = path.Count - 1; i >= 0; i--)
        {
            if (path[i].LastUsage is { InputTokens: { } input } usage && Pricing.TermsOf(path[i], connection).Model == model)
                return (double)(input + (usage.OutputTokens ?? 0) - (usage.ReasoningTokens ?? 0)) / window;
        }
        return null;
    }
}
