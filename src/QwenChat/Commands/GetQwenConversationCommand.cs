using System.Management.Automation;
using QwenChat.Context;

namespace QwenChat.Commands;

/// <summary>Finds conversations: those of a store, one that the service keeps, by its id, or the one that this session used last.</summary>
[Cmdlet(VerbsCommon.Get, "QwenConversation", DefaultParameterSetName = StoreSet)]
[Alias("gqcv")]
[OutputType(typeof(QwenConversation), typeof(QwenConversationSummary))]
public sealed class GetQwenConversationCommand : QwenCommand
{
    private const string IdSet = "Id";
    private const string StoreSet = "Store";
    private const string LastSet = "Last";

    /// <summary>Ids of conversation objects at the service, whose items are read into turns; with -Store, of stored conversations.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [Alias("ConversationId")]
    [ArgumentCompleter(typeof(ConversationIdCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>The store whose conversations are wanted; they are listed with the one used last first.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StoreSet)]
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [ValidateNotNull]
    public QwenStore? Store { get; set; }

    /// <summary>Only stored conversations of these names.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(StoredNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>Writes id, name, count of turns and dates alone, for stores of very many conversations.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    public SwitchParameter Summary { get; set; }

    /// <summary>The conversation that this session used last.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LastSet)]
    public SwitchParameter Last { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == LastSet)
        {
            Attempt(() => WriteObject(Session.Current.LastConversation
                ?? throw new QwenException(QwenErrorKind.NotFound, "This session has used no conversation yet. Begin one with Send-QwenMessage or New-QwenConversation.")));
            return;
        }
        if (ParameterSetName == StoreSet)
        {
            Attempt(List, Store);
            return;
        }
        foreach (string id in Id)
        {
            AttemptOne(() =>
            {
                var conversation = Wait(Store is null
                    ? new QwenClient(ConnectionOrDefault).AttachToConversationAsync(id, new QwenOptions(), Notices, Cancellation)
                    : StoreListing.FindAsync(Store, id, ConnectionOrDefault, Cancellation));
                Session.Current.LastConversation = conversation;
                WriteObject(conversation);
            }, id);
        }
    }

    private void List()
    {
        var patterns = Name.Select(name => (Text: name, Pattern: new WildcardPattern(name, WildcardOptions.IgnoreCase))).ToArray();
        var found = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (Summary)
        {
            foreach (var entry in Wait(StoreListing.SummarizeAsync(Store!, IsWanted, Cancellation)))
                Write(entry.Id, entry.Failure is null ? new QwenConversationSummary(Store!, entry) : null, entry.Failure is { } damaged ? UnreadableRow.OfConversation(Store!.Location, entry.Id, damaged) : null);
        }
        else
        {
            Drain(StoreListing.ListAsync(Store!, IsWanted, ConnectionOrDefault, Cancellation), listed => Write(listed.Id, listed.Conversation, listed.Failure));
        }
        foreach (var (text, pattern) in patterns)
        {
            if (!WildcardPattern.ContainsWildcardCharacters(text) && !found.Any(pattern.IsMatch))
                AttemptOne(() => throw new QwenException(QwenErrorKind.NotFound, $"The store {Store} has no conversation of the name '{text}'. Get-QwenConversation -Store lists those it has."), text);
        }

        bool IsWanted(string? name)
        {
            bool isWanted = patterns.Length == 0 || Array.Exists(patterns, wanted => name is not null && wanted.Pattern.IsMatch(name));
            if (isWanted && patterns.Length > 0)
                found.Add(name!);
            return isWanted;
        }
    }

    private void Write(string id, object? found, QwenException? failure)
    {
        if (failure is null)
            WriteObject(found);
        else
            AttemptOne(() => throw failure, id);
    }
}
