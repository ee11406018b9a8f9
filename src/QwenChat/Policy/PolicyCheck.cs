using System.Globalization;
using QwenChat.Catalogue;
using QwenChat.Protocols;
using QwenChat.Recall;

namespace QwenChat.Policy;

/// <summary>Refuses a policy that cannot be followed with an API and a model, before anything is sent.</summary>
internal static class PolicyCheck
{
    /// <summary>The Responses API cuts silently what is beyond about 80 % of the window (qwen-api §2.3); a summary has to come well before.</summary>
    public const double MostOfResponses = 0.75;

    /// <summary>Of what this API reads of a request, the share that is used: our count is not its own.</summary>
    private const double SafeOfResponses = 0.94;

    /// <summary>The tokens that a request to a model may have over this API without being cut; null where that is not known.</summary>
    public static double? SafeResponsesInput(QwenModel? model) => model?.ResponsesInput * SafeOfResponses;

    /// <summary>Looks at a policy by itself.</summary>
    /// <exception cref="QwenException">It can be followed by no conversation.</exception>
    public static void Check(QwenContextPolicy policy)
    {
        policy.Check();
        if (policy.EmbeddingModel is { } model)
            EmbeddingCalls.Check(new EmbeddingRequest { Model = model, Texts = [] }, native: false);
    }

    /// <summary>Refuses a policy whose store was closed, or is another than the one a conversation is kept in: a vector is kept with its turn.</summary>
    /// <param name="policy">The policy; null for none.</param>
    /// <param name="store">The conversation's store; null where it is in memory alone.</param>
    /// <exception cref="QwenException">The policy's store cannot be used.</exception>
    public static void CheckStore(QwenContextPolicy? policy, QwenStore? store)
    {
        policy?.Store?.RequireOpen();
        if (policy?.Store is { } own && store is not null && (own.Provider, own.Location) != (store.Provider, store.Location))
        {
            throw QwenContextPolicy.Refuse(
                $"The policy keeps what turns mean in the store {own}, and the conversation is kept in {store}; the two belong together. "
                + "Leave -Store of New-QwenContextPolicy out, or keep the conversation in the same store: Set-QwenConversation -Store.");
        }
    }

    /// <exception cref="QwenException">It cannot be followed.</exception>
    public static void Check(QwenContextPolicy? policy, QwenApi api, string model)
    {
        if (policy is null)
            return;
        Check(policy);
        if (policy.Shortens)
            RefuseWhereTheServiceSendsAll(api);
        int? window = ModelCatalogue.Find(model)?.ContextWindow;
        if (window is null && (policy.SummarizeAt is not null || policy.SummarizeAtPriceTier))
        {
            throw QwenContextPolicy.Refuse($"The window of '{model}' is not known, so -SummarizeAt is no share of anything. Say at how many tokens instead: "
                + "New-QwenContextPolicy -SummarizeAtTokens.");
        }
        if (window is null && policy.SummarizeTo is not null)
        {
            throw QwenContextPolicy.Refuse($"The window of '{model}' is not known, so -SummarizeTo is no share of anything. Say to how many tokens instead: "
                + "New-QwenContextPolicy -SummarizeToTokens.");
        }
        if (api == QwenApi.Responses && (policy.SummarizeAt > MostOfResponses || policy.SummarizeAtTokens > window * MostOfResponses))
        {
            throw QwenContextPolicy.Refuse(string.Create(CultureInfo.InvariantCulture,
                $"The Responses API cuts off without a word what is beyond about 80 % of the window, so older turns are "
                    + $"to be summarised by {MostOfResponses:P0} of it at the latest. ")
                + (policy.SummarizeAt is not null ? FormattableString.Invariant($"Give -SummarizeAt {MostOfResponses} or less")
                    : FormattableString.Invariant($"Give -SummarizeAtTokens {(long)(window!.Value * MostOfResponses)} or less"))
                    + ", or use -Api ChatCompletions.");
        }
    }

    /// <exception cref="QwenException">Over this API nothing can be left out.</exception>
    public static void RefuseWhereTheServiceSendsAll(QwenApi api)
    {
        if (api == QwenApi.Conversations)
        {
            throw QwenContextPolicy.Refuse(
                "Over the Conversations API the service gives the model every item of the conversation, so turns can be neither left out nor summarised. "
                + "Move the conversation: Copy-QwenConversation -Api Responses.");
        }
    }

    /// <summary>A warning of a policy that would summarise only when this API has cut already, and therefore does so earlier; null for none.</summary>
    public static string? LateSummary(QwenContextPolicy? policy, QwenApi api, string model, QwenRegion? region) =>
        policy is not null && api == QwenApi.Responses && SummaryThreshold.Wanted(policy, model, region) is { } wanted
        && SafeResponsesInput(ModelCatalogue.Find(model)) is { } read && wanted > read + 1
            ? string.Create(CultureInfo.InvariantCulture,
            $"The Responses API reads about {ModelCatalogue.Find(model)!.ResponsesInput:N0} tokens of a request to {model} "
                + $"and drops the middle of a longer one without an error. ")
                + FormattableString.Invariant($"The policy would summarise at {wanted:N0} tokens; older turns are summarised at {read:N0} instead.")
            : null;
}
