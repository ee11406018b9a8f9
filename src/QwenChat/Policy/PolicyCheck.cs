using System.Globalization;
using QwenChat.Catalogue;
using QwenChat.Protocols;
using QwenChat.Recall;

namespace QwenChat.Policy;

/// <summary>Rejects a policy that cannot be used with an API and a model, before a request is sent.</summary>
internal static class PolicyCheck
{
    /// <summary>
    /// The maximum share of the window at which a policy may summarize in the Responses API. This API silently truncates input beyond about 80% of the window
    /// (wire §2.3).
    /// </summary>
    public const double MostOfResponses = 0.75;

    /// <summary>The usable fraction of the Responses API's input limit. The margin is needed because the local token count is not exact.</summary>
    private const double SafeOfResponses = 0.94;

    /// <summary>Returns the number of input tokens that the Responses API reads without truncation; null if the number is not known.</summary>
    public static double? SafeResponsesInput(QwenModel? model) => model?.ResponsesInput * SafeOfResponses;

    /// <summary>Validates the settings of a policy that do not depend on an API or a model.</summary>
    /// <exception cref="QwenException">No conversation can use the policy.</exception>
    public static void Check(QwenContextPolicy policy)
    {
        policy.Check();
        if (policy.EmbeddingModel is { } model)
            EmbeddingCalls.Check(new EmbeddingRequest { Model = model, Texts = [] }, native: false);
    }

    /// <summary>Rejects a policy whose store is closed or is not the conversation's store. Vectors must be in the same store as their turns.</summary>
    /// <param name="policy">The policy; null for no policy.</param>
    /// <param name="store">The conversation's store; null if the conversation is only in memory.</param>
    /// <exception cref="QwenException">The policy's store cannot be used.</exception>
    public static void CheckStore(QwenContextPolicy? policy, QwenStore? store)
    {
        policy?.Store?.RequireOpen();
        if (policy?.Store is { } own && store is not null && (own.Provider, own.Location) != (store.Provider, store.Location))
        {
            throw QwenContextPolicy.Refuse(
                $"The policy stores vectors in {own}, but the conversation is stored in {store}; both must use the same store. "
                + "Omit the -Store parameter of New-QwenContextPolicy, or move the conversation to the same store with Set-QwenConversation -Store.");
        }
    }

    /// <summary>Rejects a policy that recalls turns from a store if the conversation has no store.</summary>
    /// <exception cref="QwenException">The conversation has no store.</exception>
    public static void CheckScope(QwenContextPolicy? policy, QwenStore? store)
    {
        if (policy?.RecallScope == nameof(QwenRecallScope.Store) && store is null)
        {
            throw QwenContextPolicy.Refuse("-RecallScope Store recalls turns of all conversations in a store, but this conversation has no store. "
                + "Specify a store with Set-QwenConversation -Store or New-QwenContextPolicy -Store.");
        }
    }

    /// <exception cref="QwenException">The policy cannot be used with the API or the model.</exception>
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
            throw QwenContextPolicy.Refuse($"The context window of '{model}' is unknown, so -SummarizeAt (a share of the window) and "
                + "-SummarizeAtPriceTier cannot be used. Specify a number of tokens with New-QwenContextPolicy -SummarizeAtTokens.");
        }
        if (window is null && policy.SummarizeTo is not null)
        {
            throw QwenContextPolicy.Refuse($"The context window of '{model}' is unknown, so -SummarizeTo (a share of the window) cannot be used. Specify a "
                + "number of tokens with New-QwenContextPolicy -SummarizeToTokens.");
        }
        if (api == QwenApi.Responses && (policy.SummarizeAt > MostOfResponses || policy.SummarizeAtTokens > window * MostOfResponses))
        {
            throw QwenContextPolicy.Refuse(string.Create(CultureInfo.InvariantCulture,
                $"The Responses API truncates input beyond about 80% of the window without an error, so older turns must "
                    + $"be summarized at {MostOfResponses * 100:0}% of the window or earlier. ")
                + (policy.SummarizeAt is not null ? FormattableString.Invariant($"Use -SummarizeAt {MostOfResponses} or less")
                    : FormattableString.Invariant($"Use -SummarizeAtTokens {(long)(window!.Value * MostOfResponses)} or less"))
                    + ", or use -Api ChatCompletions.");
        }
    }

    /// <exception cref="QwenException">This API cannot omit turns.</exception>
    public static void RefuseWhereTheServiceSendsAll(QwenApi api)
    {
        if (api == QwenApi.Conversations)
        {
            throw QwenContextPolicy.Refuse(
                "In the Conversations API, the service gives the model every item of the conversation, so turns can be neither omitted nor summarized. "
                + "Move the conversation with Copy-QwenConversation -Api Responses.");
        }
    }

    /// <summary>Returns a warning if a policy would summarize only after the API has truncated input; otherwise null.</summary>
    public static string? LateSummary(QwenContextPolicy? policy, QwenApi api, string model, QwenRegion? region) =>
        policy is not null && api == QwenApi.Responses && SummaryThreshold.Wanted(policy, model, region) is { } wanted
        && SafeResponsesInput(ModelCatalogue.Find(model)) is { } read && wanted > read + 1
            ? string.Create(CultureInfo.InvariantCulture,
            $"The Responses API reads about {ModelCatalogue.Find(model)!.ResponsesInput:N0} tokens of a request to {model} "
                + $"and drops the middle of a longer request without an error. ")
                + FormattableString.Invariant($"The policy would summarize at {wanted:N0} tokens; older turns are summarized at {read:N0} instead.")
            : null;
}
