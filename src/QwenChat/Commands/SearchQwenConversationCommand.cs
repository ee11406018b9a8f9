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

/// <summary>Searches what was said in stored conversations, by meaning or by words.</summary>
[Cmdlet(VerbsCommon.Search, "QwenConversation")]
[OutputType(typeof(QwenSearchHit))]
public sealed class SearchQwenConversationCommand : QwenCommand
{
    /// <summary>Where to search: a store, or its path. A single argument without a name that is no store is what to look for.</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    public object? Store { get; set; }

    /// <summary>Only in this conversation, in its store.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object? Conversation { get; set; }

    /// <summary>What to look for. By words all must occur: "a phrase" in quotes, begin* for words that begin so.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? Query { get; set; }

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
    [Text]
    public string EmbeddingModel { get; set; } = EmbeddingCalls.DefaultModel;

    /// <inheritdoc/>
    protected override void ProcessRecord() => AttemptOne(Search, Query ?? Store);

    private void Search()
    {
        // One argument without a name: nobody searches without words, so a store can only be left out.
        bool isQuery = Query is null && (Store is PSObject wrapped ? wrapped.BaseObject : Store) is string;
        string query = (isQuery ? LanguagePrimitives.ConvertTo<string>(Store) : Query)
            ?? throw new QwenException(QwenErrorKind.InvalidRequest,
            "-Query is missing: what to look for, such as Search-QwenConversation $store 'summer travel'.");
        var given = Store is null || isQuery ? null
            : Wait(new StoreArgument(Session.Current, SessionState.Path).ReadAsync(Store, mayCreate: false, Cancellation));
        var conversation = MyInvocation.ExpectingInput || MyInvocation.BoundParameters.ContainsKey(nameof(Conversation)) ? Whole(Find(Conversation, given))
            : null;
        var store = given ?? conversation?.Store ?? throw new QwenException(QwenErrorKind.InvalidRequest, conversation is null
            ? "No store was given, and only stored conversations are searched: Search-QwenConversation $store 'summer travel', where $store comes from "
            + "New-QwenStore or is its path."
            : $"{conversation} is in no store, and only stored conversations are searched. Keep it in one: Set-QwenConversation -Store (New-QwenStore "
            + "chats.db).");
        if (conversation is not null)
            Wait(StoredConversations.TrySaveAsync(conversation, Notices, Cancellation));
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

    // A damaged row costs the name, not the hit: who loads the conversation is told what is wrong with it.
    private string? ReadName(QwenStore store, string id)
    {
        try
        {
            return Wait(store.Backend.FindAsync(id, Cancellation))?.Name;
        }
        catch (QwenException damaged)
        {
            Notices.Verbose($"The name of {id} could not be read: {damaged.Message}");
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
