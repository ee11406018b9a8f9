using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.Cost;
using QwenChat.Http;
using QwenChat.Protocols;
using QwenChat.Recall;
using QwenChat.Saving;
using QwenChat.Store;

namespace QwenChat.Commands;

/// <summary>Searches the text of stored conversations with a semantic search or a keyword search.</summary>
[Cmdlet(VerbsCommon.Search, "QwenConversation")]
[OutputType(typeof(QwenSearchHit))]
public sealed class SearchQwenConversationCommand : QwenCommand
{
    /// <summary>The store to search, or its path. A single positional argument that is not a store is the query.</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    public object? Store { get; set; }

    /// <summary>The stored conversation to search.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object? Conversation { get; set; }

    /// <summary>The query. A keyword search requires all words. "a phrase" must occur exactly, and begin* matches words with that prefix.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? Query { get; set; }

    /// <summary>The maximum number of hits. The best hits are returned first.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int Top { get; set; } = 10;

    /// <summary>The kind of search.</summary>
    [Parameter]
    public QwenSearchMode Mode { get; set; }

    /// <summary>The model for -Mode Meaning. A store keeps the vectors of each model separately.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EmbeddingModelCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string EmbeddingModel { get; set; } = EmbeddingCalls.DefaultModel;

    /// <inheritdoc/>
    protected override void ProcessRecord() => AttemptOne(Search, Query ?? Store);

    private void Search()
    {
        // A single positional argument is the query, because only the store is optional.
        bool isQuery = Query is null && (Store is PSObject wrapped ? wrapped.BaseObject : Store) is string;
        string query = (isQuery ? LanguagePrimitives.ConvertTo<string>(Store) : Query)
            ?? throw new QwenException(QwenErrorKind.InvalidRequest,
            "-Query is missing. Specify the text to search for: Search-QwenConversation $store 'summer travel'.");
        var given = Store is null || isQuery ? null
            : Wait(new StoreArgument(Session.Current, SessionState.Path).ReadAsync(Store, mayCreate: false, Cancellation));
        var conversation = MyInvocation.ExpectingInput || MyInvocation.BoundParameters.ContainsKey(nameof(Conversation)) ? Whole(Find(Conversation, given))
            : null;
        var store = given ?? conversation?.Store ?? throw new QwenException(QwenErrorKind.InvalidRequest, conversation is null
            ? "No store was specified, and only stored conversations can be searched. Specify a store (New-QwenStore) or its path: "
            + "Search-QwenConversation $store 'summer travel'."
            : $"{conversation} is not in a store, and only stored conversations can be searched. Store it first with Set-QwenConversation -Store "
            + "(New-QwenStore chats.db).");
        if (conversation is not null)
            Wait(ConversationSaving.TrySaveAsync(conversation, Notices, Cancellation));
        var scope = new StoreSearchScope { ConversationId = conversation?.Place!.Id, Top = Top };
        var hits = Wait(Mode == QwenSearchMode.Words
            ? StoreSearch.ByWordsAsync(store, query, scope, Cancellation)
            : StoreSearch.ByMeaningAsync(store, Embedder(conversation), query, scope, Notices, Cancellation));
        var names = new Dictionary<string, string?>();
        foreach (var hit in hits)
        {
            if (hit.Failure is { } failure)
                AttemptOne(() => throw UnreadableRow.OfConversation(store.Location, hit.ConversationId, failure), hit.ConversationId);
            else
                WriteObject(new QwenSearchHit(store, hit, NameOf(hit.ConversationId)));
        }

        string? NameOf(string id) => names.TryGetValue(id, out string? known) ? known : names[id] = ReadName(store, id);
    }

    // If a row is damaged, the hit is returned without a name. Loading the conversation reports the damage.
    private string? ReadName(QwenStore store, string id)
    {
        try
        {
            return Wait(store.Backend.FindAsync(id, Cancellation))?.Name;
        }
        catch (QwenException damaged)
        {
            Notices.Verbose($"The name of the conversation {id} could not be read: {damaged.Message}");
            return null;
        }
    }

    private Embedder Embedder(QwenConversation? conversation)
    {
        var connection = Connection ?? conversation?.Connection ?? ConnectionOrDefault;
        var bill = new CallBill(conversation, Session.Current.BudgetsFor(connection));
        EmbeddingCalls.Check(new EmbeddingRequest { Model = EmbeddingModel, Texts = [] }, native: false);
        return new EmbeddingCalls(connection, Transport.For(connection), bill, Notices).Embedder(EmbeddingModel);
    }
}
