using QwenChat.Catalogue;
using QwenChat.Cost;

namespace QwenChat.Policy;

/// <summary>When older turns are summarized, and how far: the numbers of a policy for one model and API.</summary>
/// <param name="At">The input tokens above which older turns are summarized.</param>
/// <param name="To">The input tokens that a request is to have afterwards; null where the older half of the turns is enough.</param>
/// <param name="Longest">The most that the threshold may be raised to where too much has to be sent for it.</param>
internal sealed record SummaryThreshold(double At, double? To, double Longest)
{
    /// <summary>The threshold of a policy; null where it summarizes nothing.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="api">Who keeps the history.</param>
    /// <param name="model">The model; its window is known where the policy needs it.</param>
    /// <param name="region">Whose prices hold; null where none are known.</param>
    /// <param name="limit">What the service said of the model's limit; null when it never did.</param>
    public static SummaryThreshold? Of(QwenContextPolicy policy, QwenApi api, string model, QwenRegion? region, int? limit)
    {
        if (Wanted(policy, model, region) is not { } at)
            return null;
        var facts = ModelCatalogue.Find(model);
        double read = (api == QwenApi.Responses ? PolicyCheck.SafeResponsesInput(facts) : null) ?? double.MaxValue;
        double most = Math.Min(read, facts?.MaxInputTokens ?? double.MaxValue);
        double longest = Math.Min(read, Math.Min(facts?.MaxInputTokens ?? double.MaxValue, limit ?? double.MaxValue) * ContextPlanner.SafeShare);
        at = Math.Min(at, Math.Min(most, limit * (policy.SummarizeAt ?? QwenContextPolicy.DefaultSummarizeAt) ?? double.MaxValue));
        double? to = policy.SummarizeToTokens ?? policy.SummarizeTo * facts?.ContextWindow;
        // What has passed a tier has the higher price as a whole.
        return new SummaryThreshold(at, to > at ? at : to, policy.SummarizeAtPriceTier ? at : longest);
    }

    /// <summary>The threshold that a policy names, before the limits of API and service; null where it summarizes nothing.</summary>
    public static double? Wanted(QwenContextPolicy policy, string model, QwenRegion? region)
    {
        if (!policy.Summarizes)
            return null;
        if (policy.SummarizeAtTokens is { } tokens)
            return tokens;
        var facts = ModelCatalogue.Find(model);
        double share = (policy.SummarizeAt ?? QwenContextPolicy.DefaultSummarizeAt) * facts!.ContextWindow!.Value;
        return policy.SummarizeAtPriceTier && PriceTier.First(facts, region) is { } tier ? Math.Min(share, tier.Tokens * ContextPlanner.SafeShare) : share;
    }

    /// <summary>A warning of a request that costs more for each token because it is long, although the policy summarizes; null for none.</summary>
    public static string? TierWarning(QwenContextPolicy policy, string model, QwenRegion? region, long tokens) =>
        PriceTier.Passed(ModelCatalogue.Find(model), region, tokens) is { } tier
            ? FormattableString.Invariant($"The request has about {tokens:N0} tokens, and all of them have the price of long requests: {model} costs {tier}. ")
                + (policy.SummarizeAtPriceTier ? "The turns that stay word for word are too long for the lower price (-KeepVerbatim)."
                    : "To summarize before that, give the policy -SummarizeAtPriceTier (New-QwenContextPolicy).")
            : null;
}
