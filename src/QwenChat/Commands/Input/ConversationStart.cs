using System.Collections;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Turn;

namespace QwenChat.Commands.Input;

/// <summary>The settings of a new conversation.</summary>
internal sealed record ConversationStart
{
    public QwenApi? Api { get; init; }

    public required ConversationSettings Settings { get; init; }

    /// <summary>Whether metadata was specified, even as an empty table.</summary>
    public bool HasMetadata { get; init; }

    public string? PreviousResponseId { get; init; }

    public string? ConversationId { get; init; }

    public IReadOnlyList<MessageDraft> Items { get; init; } = [];

    public QwenStore? Store { get; init; }

    /// <summary>Rejects parameters that cannot be used together, before any request.</summary>
    public void Check()
    {
        Store?.RequireOpen();
        PolicyCheck.CheckStore(Settings.ContextPolicy, Store);
        if (PreviousResponseId is not null && ConversationId is not null)
        {
            throw new QwenException(QwenErrorKind.MutuallyExclusive,
                "Mutually exclusive parameters: Ensure you are only providing one of: previous_response_id or conversation. "
                + "Specify -PreviousResponseId to continue a response, or -ConversationId to continue a conversation object, but not both.");
        }
        if (PreviousResponseId is not null && Api is not (null or QwenApi.Responses))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "-PreviousResponseId continues a response of the Responses API. Remove -Api. To continue with another API, use Copy-QwenConversation "
                    + "-Api.");
        // The options are checked before existing state is read from the service. For a new conversation, the options are checked when its API is known.
        if (PreviousResponseId is not null || ConversationId is not null)
            OptionCheck.CheckExtraBody(QwenApi.Responses, Settings.Options);
        if (ConversationId is null)
            return;
        if (Settings.ContextPolicy?.Shortens == true)
            PolicyCheck.RefuseWhereTheServiceSendsAll(QwenApi.Conversations);
        if (Api is not (null or QwenApi.Conversations))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "-ConversationId continues a conversation object of the Conversations API. Remove -Api. To continue with another API, use "
                    + "Copy-QwenConversation -Api.");
        if (Settings.Stateless)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "-ConversationId continues state on the service, but with -Stateless, the service stores nothing. Remove one of the two parameters.");
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
