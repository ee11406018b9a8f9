using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Store;
using QwenChat.Turn;

namespace QwenChat.Commands;

/// <summary>Gets conversations: those that this session has used, those in a store, one on the service by its id, or the one used last.</summary>
[Cmdlet(VerbsCommon.Get, "QwenConversation", DefaultParameterSetName = IdSet)]
[Alias("gqcv")]
[OutputType(typeof(QwenConversation), typeof(QwenConversationSummary))]
public sealed class GetQwenConversationCommand : QwenCommand
{
    private const string IdSet = "Id";
    private const string NameSet = "Name";
    private const string LastSet = "Last";

    /// <summary>
    /// Ids or names. The id of a conversation object or of a response is looked up on the service. Names and other ids are looked up in this session or in
    /// -Store.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [Alias("ConversationId")]
    [ArgumentCompleter(typeof(ConversationIdCompleter))]
    [ConversationId]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Id { get; set; }

    /// <summary>The store, or the path of the store, whose conversations are listed. The most recently used conversation is listed first.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [Parameter(ParameterSetName = NameSet)]
    [ValidateNotNull]
    public object? Store { get; set; }

    /// <summary>The names to find.</summary>
    [Parameter(Mandatory = true, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(StoredNameCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string[] Name { get; set; } = [];

    /// <summary>Begins a conversation with the specified name if none exists.</summary>
    [Parameter(ParameterSetName = IdSet)]
    [Parameter(ParameterSetName = NameSet)]
    public SwitchParameter OrNew { get; set; }

    /// <summary>Returns only the id, name, turn count and dates of each conversation, for large stores.</summary>
    [Parameter(ParameterSetName = IdSet)]
    [Parameter(ParameterSetName = NameSet)]
    public SwitchParameter Summary { get; set; }

    /// <summary>Returns the conversation that this session used last.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LastSet)]
    public SwitchParameter Last { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == LastSet)
        {
            Attempt(() => WriteObject(Session.Current.LastConversation
                ?? throw new QwenException(QwenErrorKind.NotFound,
                "No conversation has been used in this session yet. Start one with Send-QwenMessage or New-QwenConversation.")));
            return;
        }
        Attempt(() =>
        {
            var store = Store is null ? null : Wait(new StoreArgument(Session.Current, SessionState.Path).ReadAsync(Store, mayCreate: OrNew, Cancellation));
            if (Summary && store is null)
                throw new QwenException(QwenErrorKind.InvalidRequest, "-Summary applies only to stored conversations. Specify the store with -Store.");
            if (OrNew && Id is null && Name.Length == 0)
                throw new QwenException(QwenErrorKind.InvalidRequest,
                    "-OrNew needs the name of the conversation to find or begin, for example Get-QwenConversation app1 -Store $s -OrNew.");
            if (Id is null && (Name.Length == 0 || !OrNew))
                List(store, Name);
            else if (Summary || Id is not null && !OrNew && Id.Any(IsPattern))
                List(store, Id ?? Name);
            else
                Array.ForEach(Id ?? Name, wanted => AttemptOne(() => Find(store, wanted), wanted));
        }, Store);
    }

    private void List(QwenStore? store, string[] names)
    {
        var patterns = names.Select(name => (Text: name, Pattern: NamePattern.Read(name))).ToArray();
        var found = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (store is null)
        {
            foreach (var known in Session.Current.Conversations.All.Where(known => IsWanted(known.Name)))
                WriteObject(known);
        }
        else if (Summary)
        {
            foreach (var entry in Wait(StoreListing.SummarizeAsync(store, IsWanted, Cancellation)))
                Write(entry.Id, entry.Failure is null ? new QwenConversationSummary(store, entry) : null, entry.Failure is { } damaged
                    ? UnreadableRow.OfConversation(store.Location, entry.Id, damaged) : null);
        }
        else
        {
            Drain(StoreListing.ListAsync(store, IsWanted, ConnectionOrDefault, Cancellation), listed => Write(listed.Id, listed.Conversation, listed.Failure));
        }
        foreach (string text in patterns.Select(wanted => wanted.Text).Where(text => !IsPattern(text) && !found.Contains(text)))
            AttemptOne(() => throw new ConversationLookup(Session.Current, Connection, store, Notices).NotFound(text), text);

        bool IsWanted(string? name)
        {
            bool isWanted = patterns.Length == 0 || Array.Exists(patterns, wanted => name is not null && (wanted.Text == name || wanted.Pattern.IsMatch(name)));
            if (isWanted && patterns.Length > 0)
                found.Add(name!);
            return isWanted;
        }
    }

    private void Write(string id, object? found, QwenException? failure)
    {
        if (found is QwenConversation listed)
            AssignDefaults(listed);
        if (failure is null)
            WriteObject(found);
        else
            AttemptOne(() => throw failure, id);
    }

    private void Find(QwenStore? store, string wanted)
    {
        var lookup = new ConversationLookup(Session.Current, Connection, store, Notices);
        var found = Wait(lookup.ReadAllAsync(wanted, Cancellation));
        if (OrNew && found.Count > 1)
            throw ConversationLookup.Ambiguous(wanted, found);
        foreach (var conversation in found.Count == 0 ? [OrNew ? Begin(store, wanted) : throw lookup.NotFound(wanted)] : found)
        {
            AssignDefaults(conversation);
            Session.Current.LastConversation = conversation;
            WriteObject(conversation);
        }
    }

    private QwenConversation Begin(QwenStore? store, string name)
    {
        ConversationLookup.CheckName(name);
        var conversation = new QwenClient(ConnectionOrDefault).NewConversation();
        conversation.Name = name;
        if (Connection is null)
            conversation.Defaults = new SessionDefaults(Session.Current.UsesEnvironment, Api: true, Model: true);
        conversation.Place = store is null ? null : new StoreBinding(store);
        Wait(ConversationSaving.SaveAsync(conversation, Notices, Cancellation));
        return conversation;
    }

    private static bool IsPattern(string text) => NamePattern.IsPattern(text);
}
