using System.Management.Automation;
using QwenChat.Context;
using QwenChat.Http;
using QwenChat.Protocols;

namespace QwenChat.Commands;

/// <summary>Searches what was said in stored conversations, by meaning or by words.</summary>
[Cmdlet(VerbsCommon.Search, "QwenConversation", DefaultParameterSetName = StoreSet)]
[OutputType(typeof(QwenSearchHit))]
public sealed class SearchQwenConversationCommand : QwenCommand
{
    private const string StoreSet = "Store";
    private const string ConversationSet = "Conversation";

    /// <summary>Where to search.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = StoreSet)]
    [Parameter(ParameterSetName = ConversationSet)]
    [ValidateNotNull]
    public QwenStore? Store { get; set; }

    /// <summary>Only in this conversation, in its store.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ConversationSet)]
    [ValidateNotNull]
    public QwenConversation? Conversation { get; set; }

    /// <summary>What to look for. By words all must occur: "a phrase" in quotes, begin* for words that begin so.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = StoreSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ConversationSet)]
    [ValidateNotNullOrEmpty]
    public string Query { get; set; } = "";

    /// <summary>At most so many hits, the best ones.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int Top { get; set; } = 10;

    /// <summary>By what the search goes.</summary>
    [Parameter]
    public QwenSearchMode Mode { get; set; }

    /// <summary>The model for -Mode Meaning. A store keeps the vectors of each model apart.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EmbeddingModelCompleter))]
    [ValidateNotNullOrEmpty]
    public string EmbeddingModel { get; set; } = EmbeddingCalls.DefaultModel;

    /// <inheritdoc/>
    protected override void ProcessRecord() => AttemptOne(() =>
    {
        var store = Store ?? Conversation!.Store
            ?? throw new QwenException(QwenErrorKind.InvalidRequest, $"{Conversation} is in no store, and only stored conversations are searched. Keep it in one: Set-QwenConversation -Store (New-QwenStore chats.db).");
        if (Conversation is not null)
        {
            if (Conversation.Store?.Location != store.Location)
                throw new QwenException(QwenErrorKind.InvalidRequest, $"{Conversation} is not in the store {store}{(Conversation.Store is { } own ? $", but in {own}" : "")}. Leave -Store out, or keep the conversation there: Set-QwenConversation -Store.");
            Wait(StoredConversations.TrySaveAsync(Conversation, Notices, Cancellation));
        }
        var scope = new StoreSearchScope { ConversationId = Conversation?.Place!.Id, Top = Top };
        var hits = Wait(Mode == QwenSearchMode.Words
            ? StoreSearch.ByWordsAsync(store, Query, scope, Cancellation)
            : StoreSearch.ByMeaningAsync(store, Embedder(), Query, scope, Notices, Cancellation));
        foreach (var hit in hits)
        {
            if (hit.Failure is { } failure)
                AttemptOne(() => throw UnreadableRow.OfConversation(store.Location, hit.ConversationId, failure), hit.ConversationId);
            else
                WriteObject(new QwenSearchHit(store, hit));
        }
    }, Query);

    private Embedder Embedder()
    {
        var connection = Connection ?? Conversation?.Connection ?? ConnectionOrDefault;
        var bill = new CallBill(Conversation, Session.Current.BudgetsFor(connection));
        EmbeddingCalls.Check(new EmbeddingRequest { Model = EmbeddingModel, Texts = [] }, native: false);
        return new EmbeddingCalls(connection, Transport.For(connection), bill, Notices).Embedder(EmbeddingModel);
    }
}
