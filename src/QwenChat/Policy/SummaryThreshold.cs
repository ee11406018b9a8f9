using QwenChat.Catalogue;
using QwenChat.Cost;

namespace QwenChat.Policy;

/// <summary>The threshold and the target for summarizing older turns, derived from a policy for one model and API.</summary>
/// <param name="At">The number of input tokens above which older turns are summarized.</param>
/// <param name="To">The target number of input tokens after summarizing; null if summarizing the older half of the turns is sufficient.</param>
/// <param name="Longest">The maximum to which the threshold may be raised when even the smallest possible request has too many tokens.</param>
internal sealed record SummaryThreshold(double At, double? To, double Longest)
{
    /// <summary>
    /// A fraction of the threshold. A request that is larger even with a summary leaves little room for new turns.
    /// </summary>
    private const double NearThreshold = 0.8;

    /// <summary>Returns the threshold of a policy; null if the policy does not summarize.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="api">The API.</param>
    /// <param name="model">The model. Its context window is known, unless the policy specifies the threshold in tokens.</param>
    /// <param name="region">The region whose prices apply; null if no prices are known.</param>
    /// <param name="limit">The model's input limit as reported by the service; null if no limit was reported.</param>
    public static SummaryThreshold? Of(QwenContextPolicy policy, QwenApi api, string model, QwenRegion? region, int? limit)
    {
        if (Wanted(policy, model, region) is not { } at)
            return null;
        var facts = ModelCatalogue.Find(model);
        double read = (api == QwenApi.Responses ? PolicyCheck.SafeResponsesInput(facts) : null) ?? double.MaxValue;
        double most = Math.Min(read, facts?.MaxInputTokens ?? double.MaxValue);
        double longest = Math.Min(read, Math.Min(facts?.MaxInputTokens ?? double.MaxValue, limit ?? double.MaxValue) * ContextAssembler.SafeShare);
        at = Math.Min(at, Math.Min(most, limit * (policy.SummarizeAt ?? QwenContextPolicy.DefaultSummarizeAt) ?? double.MaxValue));
        double? to = policy.SummarizeToTokens ?? policy.SummarizeTo * facts?.ContextWindow;
        // A request above a tier is billed completely at the higher price, so the threshold is never raised above the tier.
        return new SummaryThreshold(at, to > at ? at : to, policy.SummarizeAtPriceTier ? at : longest);
    }

    /// <summary>
    /// Returns the threshold that a policy specifies, before API and service limits are applied; null if the policy does not summarize.
    /// </summary>
    public static double? Wanted(QwenContextPolicy policy, string model, QwenRegion? region)
    {
        if (!policy.Summarizes)
            return null;
        if (policy.SummarizeAtTokens is { } tokens)
            return tokens;
        var facts = ModelCatalogue.Find(model);
        double share = (policy.SummarizeAt ?? QwenContextPolicy.DefaultSummarizeAt) * facts!.ContextWindow!.Value;
        return policy.SummarizeAtPriceTier && PriceTier.First(facts, region) is { } tier ? Math.Min(share, tier.Tokens * ContextAssembler.SafeShare) : share;
    }

    /// <summary>Returns a warning if the length of a request raises its price per token although the policy summarizes; null if no warning applies.</summary>
    public static string? TierWarning(QwenContextPolicy policy, string model, QwenRegion? region, long tokens) =>
        PriceTier.Passed(ModelCatalogue.Find(model), region, tokens) is { } tier
            ? FormattableString.Invariant($"The request has about {tokens:N0} tokens, all billed at the price of long requests: {model} costs {tier}. ")
                + (policy.SummarizeAtPriceTier ? "The turns kept verbatim (-KeepVerbatim) already exceed the limit of the lower price tier."
                    : "To summarize before that limit, use New-QwenContextPolicy -SummarizeAtPriceTier.")
            : null;

    /// <summary>Returns a message if a request is still close to the threshold although older turns are summarized; otherwise null.</summary>
    public string? TellIfSmall(long tokens) => tokens <= At * NearThreshold ? null
        : FormattableString.Invariant($"Even with a summary of the older turns, the request has about {tokens:N0} tokens, which is close to or above the ")
            + FormattableString.Invariant($"threshold of {At:N0}. ")
            + "Summarizing in almost every turn would cost more than it saves, so the next summary is postponed, if the limits allow it, until the request "
            + "is considerably larger. Increase the threshold, or keep fewer turns verbatim (-KeepVerbatim).";
}
