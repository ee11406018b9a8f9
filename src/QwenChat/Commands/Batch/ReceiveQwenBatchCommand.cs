using System.Management.Automation;
using System.Text.Json.Nodes;
using QwenChat.Batch;
using QwenChat.Commands.Bulk;
using QwenChat.Commands.Input;
using QwenChat.Commands.Schemas;
using QwenChat.Commands.SessionState;
using QwenChat.Text;

namespace QwenChat.Commands;

/// <summary>Returns the results of completed batches: a reply or an error for each request. The results can be received again.</summary>
[Cmdlet(VerbsCommunications.Receive, "QwenBatch")]
[OutputType(typeof(QwenReply), typeof(QwenBatchRequest))]
public sealed class ReceiveQwenBatchCommand : NamedBatchCommand
{
    /// <summary>Returns the requests that failed or were not run, instead of replies and errors. These requests can be submitted again.</summary>
    [Parameter]
    public SwitchParameter Failed { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEach(Name, record =>
    {
        // Saved results are read without a request. The connection is used for missing results and for the conversations of the replies.
        var connection = ConnectionOrDefault;
        if (!record.HasEnded || !BatchEngine.HasResults(record))
            record = Fetch(record, connection = ConnectionOf(record));
        var conversations = new ResultConversations(connection, Known(), OpenAsync);
        var replies = new BatchReplies(record, connection, conversations, Notices);
        int index = 0;
        foreach (var part in record.Parts)
        {
            var results = BatchResults.Read(record, part, Notices);
            foreach (var outcome in results.Outcomes())
                Write(outcome, results, replies, connection, index++);
        }
    });

    private BatchRecord Fetch(BatchRecord record, QwenConnection connection)
    {
        var engine = Engine(connection);
        IReadOnlyList<BatchPart> received = [];
        try
        {
            record = Locked(record, async current =>
            {
                current = await SettleAsync(current, engine).ConfigureAwait(false);
                if (current.HasEnded)
                    (current, received) = await engine.ReceiveAsync(current, Cancellation).ConfigureAwait(false);
                return current;
            });
        }
        catch (QwenException gone) when (Failed && gone.Kind == QwenErrorKind.NotFound)
        {
            // Results that the service has deleted are treated as missing. Their requests can be submitted again.
            WriteWarning(gone.Message);
            return record;
        }
        if (!record.HasEnded)
        {
            var shown = Show(record);
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The batch '{record.Name}' has not completed ({shown.Status}, {shown.Completed + shown.Failed} of {shown.Requests}). Use "
                + $"Wait-QwenBatch {SingleQuoted.Of(record.Name)} to wait for it.");
        }
        foreach (var part in received)
            BatchReservations.Count(record, BatchResults.Read(record, part, new Model.NoticeQueue()), connection, Session.Current.BudgetsFor(connection));
        BatchReservations.Release(record);
        return record;
    }

    private void Write(BatchOutcome outcome, BatchResults results, BatchReplies replies, QwenConnection connection, int index)
    {
        var entry = outcome.Entry;
        if (outcome.Result is not null && !Failed)
        {
            try
            {
                var reply = Wait(replies.MakeAsync(outcome, (draft, schema) => new AnswerValue(SessionState.Path).Make(draft, schema), Cancellation));
                var marked = PSObject.AsPSObject(BulkInput.Mark(reply, index, InputOf(entry)));
                marked.Properties.Add(new PSNoteProperty("CustomId", entry.Id), preValidated: true);
                Session.Current.Conversations.Add(reply.Conversation);
                WriteObject(reply);
                WriteNotices();
            }
            catch (QwenException failure)
            {
                WriteFailure(failure);
            }
        }
        else if (outcome.Failure is { } failed && !Failed)
        {
            WriteFailure(failed);
        }
        else if (outcome.Failure is not null)
        {
            WriteObject(Request());
        }

        void WriteFailure(QwenException failure)
        {
            FlushNotices();
            WriteError(RecordOf(failure.WithMessage($"Request '{entry.Id}': {failure.Message}"), RequestOrId()));
        }

        // If the request file was deleted, the target of the error is the id of the request.
        object RequestOrId()
        {
            try
            {
                return Request();
            }
            catch (QwenException)
            {
                return entry.Id!;
            }
        }

        QwenBatchRequest Request() => results.RequestOf(entry, connection, InputOf(entry));
    }

    /// <inheritdoc/>
    private protected override ErrorRecord RecordOf(QwenException failure, object? target)
    {
        var record = base.RecordOf(failure, target);
        // The advice for a message does not apply: there is no partial reply, and the error's target is the request.
        if (failure.Kind == QwenErrorKind.SchemaMismatch)
        {
            record.ErrorDetails = new ErrorDetails(SafeText.Show(record.Exception.Message)
                + "\nThe answer was not added to the conversation. Describe the properties, allow null for those whose value the model may not know, or "
                + "remove -MaxOutputTokens. To submit the request again unchanged, pipe the error's TargetObject to Start-QwenBatch.");
        }
        return record;
    }

    private static object? InputOf(BatchEntry entry) =>
        entry.Input is { } input ? AnswerValue.Shape(JsonNode.Parse(input), null, []) : null;

    private static Dictionary<string, QwenConversation> Known()
    {
        var known = new Dictionary<string, QwenConversation>(StringComparer.Ordinal);
        foreach (var conversation in Session.Current.Conversations.All)
            known.TryAdd(conversation.Place?.Id ?? conversation.Id, conversation);
        return known;
    }

    private async Task<QwenStore?> OpenAsync(string location, CancellationToken cancellation)
    {
        if (Session.Current.FindStore(location) is { } open)
            return open;
        if (File.Exists(location))
            return await new StoreArgument(Session.Current, SessionState.Path).OfFileAsync(location, mayCreate: false, cancellation).ConfigureAwait(false);
        Notices.Warn($"The store {location} is not open, so conversations of that store are kept only in memory. To store the replies, open the store with "
            + "New-QwenStore, and run Receive-QwenBatch again.");
        return null;
    }
}
