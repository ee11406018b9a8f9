using System.Collections;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Turn;

namespace QwenChat.Commands.Input;

/// <summary>How a conversation begins.</summary>
internal sealed record ConversationStart
{
    public QwenApi? Api { get; init; }

    /// <summary>The options that it begins with.</summary>
    public required ConversationSettings Settings { get; init; }

    /// <summary>Whether metadata were given; none are an option too.</summary>
    public bool HasMetadata { get; init; }

    public string? PreviousResponseId { get; init; }

    public string? ConversationId { get; init; }

    public IReadOnlyList<MessageDraft> Items { get; init; } = [];

    public QwenStore? Store { get; init; }

    /// <summary>Refuses what cannot go together, before any request.</summary>
    /// <exception cref="QwenException">Two ways of beginning exclude each other.</exception>
    public void Check()
    {
        Store?.RequireOpen();
        PolicyCheck.CheckStore(Settings.ContextPolicy, Store);
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
            OptionCheck.CheckExtraBody(QwenApi.Responses, Settings.Options);
        if (ConversationId is null)
            return;
        if (Settings.ContextPolicy?.Shortens == true)
            PolicyCheck.RefuseWhereTheServiceSendsAll(QwenApi.Conversations);
        if (Api is not (null or QwenApi.Conversations))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "-ConversationId continues a conversation object of the Conversations API. Leave -Api out, and move the conversation afterwards: "
                    + "Copy-QwenConversation -Api.");
        if (Settings.Stateless)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "-ConversationId continues what the service keeps, and -Stateless has it keep nothing. Leave one of the two out.");
    }

    public static IReadOnlyDictionary<string, string> ReadMetadata(IDictionary? table)
    {
        var pairs = new Dictionary<string, string>();
        foreach (var (name, value) in table is null ? [] : ObjectMembers.Of(table))
        {
            if (TextValue.Refusal(value) is { } refusal)
                throw new QwenException(QwenErrorKind.InvalidRequest, $"-Metadata, '{name}': {refusal}");
            pairs.Add(name, TextValue.Read(value) ?? "");
        }
        return pairs;
    }
}
