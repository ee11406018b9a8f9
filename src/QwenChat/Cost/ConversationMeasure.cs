using QwenChat.Catalogue;
using QwenChat.Model;

namespace QwenChat.Cost;

/// <summary>Measures conversations: what the turns they hold used and cost, by today's catalogue.</summary>
internal static class ConversationMeasure
{
    /// <summary>
    /// One measure for each model, in the order of their first turns, and then one for each purpose and model of the calls that were made for them; one
    /// without turns for a conversation that has none.
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

    /// <summary>The sums: one for each currency, because they are not added, and one for what has no known price.</summary>
    public static IReadOnlyList<QwenMeasure> Total(IEnumerable<QwenMeasure> measures) =>
        measures.GroupBy(measure => measure.Currency).Select(group => group.Aggregate((sum, next) => sum.Plus(next)) with { WindowShare = null }).ToArray();

    /// <summary>What the model's newest turn leaves in its window: the request, and the answer without its thinking.</summary>
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
