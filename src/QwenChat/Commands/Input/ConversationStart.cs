using System.Collections;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Tools;
using QwenChat.Turn;

namespace QwenChat.Commands.Input;

/// <summary>How a conversation begins.</summary>
internal sealed record ConversationStart
{
    public QwenApi? Api { get; init; }

    public string? Name { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public bool Stateless { get; init; }

    public string? PreviousResponseId { get; init; }

    public string? ConversationId { get; init; }

    public IReadOnlyList<MessageDraft> Items { get; init; } = [];

    public decimal? CostLimit { get; init; }

    public long? TokenLimit { get; init; }

    /// <summary>Where it is kept; null for memory alone.</summary>
    public QwenStore? Store { get; init; }

    public QwenContextPolicy? ContextPolicy { get; init; }

    public required QwenOptions Options { get; init; }

    /// <summary>The tools of each turn.</summary>
    public ToolOptions Tools { get; init; } = ToolOptions.None;

    /// <summary>What belongs only where a conversation begins, and was given all the same.</summary>
    public string? FirstGiven =>
        Api is not null ? "-Api" : Name is not null ? "-Name" : Metadata is not null ? "-Metadata" : Stateless ? "-Stateless"
        : PreviousResponseId is not null ? "-PreviousResponseId" : ConversationId is not null ? "-ConversationId" : Items.Count > 0 ? "-Item"
        : CostLimit is not null ? "-CostLimit" : TokenLimit is not null ? "-TokenLimit"
        : ContextPolicy is not null ? "-ContextPolicy" : Store is not null ? "-Store" : null;

    /// <summary>Refuses what cannot go together, before any request.</summary>
    /// <exception cref="QwenException">Two ways of beginning exclude each other.</exception>
    public void Check()
    {
        Store?.RequireOpen();
        PolicyCheck.CheckStore(ContextPolicy, Store);
        if (PreviousResponseId is not null && ConversationId is not null)
        {
            throw new QwenException(QwenErrorKind.MutuallyExclusive,
                "Mutually exclusive parameters: Ensure you are only providing one of: previous_response_id or conversation. "
                + "A conversation goes on from a response (-PreviousResponseId) or as a conversation object (-ConversationId): leave one of the two out.");
        }
        if (PreviousResponseId is not null && Api is not (null or QwenApi.Responses))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "-PreviousResponseId continues a response of the Responses API. Leave -Api out, and move the conversation afterwards: Copy-QwenConversation "
                    + "-Api.");
        // What is read at the service first is looked at before that; of the rest the API is not known yet.
        if (PreviousResponseId is not null || ConversationId is not null)
            OptionCheck.CheckExtraBody(QwenApi.Responses, Options);
        if (ConversationId is null)
            return;
        if (ContextPolicy?.Shortens == true)
            PolicyCheck.RefuseWhereTheServiceSendsAll(QwenApi.Conversations);
        if (Api is not (null or QwenApi.Conversations))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "-ConversationId continues a conversation object of the Conversations API. Leave -Api out, and move the conversation afterwards: "
                    + "Copy-QwenConversation -Api.");
        if (Stateless)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "-ConversationId continues what the service keeps, and -Stateless has it keep nothing. Leave one of the two out.");
    }

    public static IReadOnlyDictionary<string, string>? ReadMetadata(IDictionary? table) =>
        table is null ? null : ObjectMembers.Of(table).ToDictionary(entry => entry.Key, entry => TextValue.Refusal(entry.Value) is { } refusal
            ? throw new QwenException(QwenErrorKind.InvalidRequest, $"-Metadata, '{entry.Key}': {refusal}")
            : TextValue.Read(entry.Value) ?? "");
}
