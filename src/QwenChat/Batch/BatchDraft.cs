using QwenChat.Catalogue;
using QwenChat.Connection;
using QwenChat.Export;
using QwenChat.History;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Protocols.Tools;
using QwenChat.Turn;

namespace QwenChat.Batch;

/// <summary>Makes the request of a message that is to be answered in a batch. The body is the one that -DryRun shows over Chat Completions.</summary>
internal static class BatchDraft
{
    /// <summary>The address of the requests.</summary>
    public const string Endpoint = "/v1/chat/completions";

    /// <summary>The address of the requests of rehearsals.</summary>
    public const string TestEndpoint = "/v1/chat/ds-test";

    /// <summary>Makes a request. Nothing is sent, but what a context policy needs for its summaries.</summary>
    /// <param name="conversation">The conversation that the turn is of.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="id">The id by which its result is known; null where the batch is to number it.</param>
    /// <param name="input">The input that it was made of, as JSON.</param>
    /// <param name="notices">What the user is to know.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="QwenException">The turn cannot be answered in a batch.</exception>
    public static async Task<BatchDraftResult> MakeAsync(QwenConversation conversation, TurnRequest turn, string? id, string? input, NoticeQueue notices,
        CancellationToken cancellation)
    {
        CheckConversation(conversation);
        var connection = turn.Connection ?? conversation.Connection;
        CheckModel(turn.Options?.Model ?? conversation.Model, connection);
        var snapshot = ConversationFileContent.Of(conversation);
        var spoken = conversation.ApiKind == QwenApi.ChatCompletions ? conversation
            : ConversationEdit.Copy(conversation, conversation.Path, withPending: true, QwenApi.ChatCompletions, notices);
        var run = new TurnRun(spoken, turn with { IsBatch = true }, Transport.For, ServiceClock.Of(connection.Address), notices);
        var (planned, request) = await run.DraftAsync(cancellation).ConfigureAwait(false);
        if (planned.Prepared.Options.RemoteMcpServer is { Count: > 0 })
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "A batch is kept on the disk, and so would the headers of -RemoteMcpServer be, which are secrets. Send the message by itself: "
                + "Send-QwenMessage.");
        if (ServiceTools.MustStream(planned.Prepared.Options))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "A tool of -BuiltInTool works only in a streamed answer, and a batch has none. Leave it out, or send the message by itself: Send-QwenMessage.");
        if (planned.Files?.ReferToStore == true)
            throw new QwenException(QwenErrorKind.MediaRefused,
                "The request refers to a file in the service's temporary store, which a batch cannot read. Give the file itself, or an https address.");
        byte[] body = OnOneLine(request.Body!.ToArray());
        var prepared = planned.Prepared;
        var half = new QwenTurn(planned.Plan.Path.Count + 1, planned.Items, prepared.Said.Count)
        {
            Terms = prepared.Bill.Terms,
            Sent = prepared.Context.Sent(planned.Plan.Selection, planned.Items),
            Model = prepared.Model,
            CreatedAt = planned.Scope.Time.GetUtcNow(),
        };
        var entry = new BatchEntry(id, snapshot, half)
        {
            Tip = snapshot.Turns.Count == 0 ? null : snapshot.Turns[^1].Id,
            Store = conversation.Store?.Location,
            Waiting = prepared.Waiting.Count,
            Answer = BatchAnswer.Of(prepared.Format),
            Forecast = prepared.Bill.Forecast(planned.EstimateInput()),
            Input = input,
        };
        BatchWriter.CheckLine(body.Length + (id?.Length ?? 0), id, BatchLimits.Usual);
        return new BatchDraftResult(entry, body, connection);
    }

    private static void CheckConversation(QwenConversation conversation)
    {
        if (conversation.ApiKind == QwenApi.Conversations)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The service keeps the history of {conversation}, and a batch can neither read it nor add to it. Use a copy: Copy-QwenConversation "
                + "-Api ChatCompletions.");
    }

    private static void CheckModel(string model, QwenConnection connection)
    {
        var region = connection.RegionKind;
        if (connection.CompatibleUri is null && !BatchModels.MayTake(model, region))
        {
            string where = region is null ? "" : $" in the region {region}";
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The Batch API does not take {model}{where}. It takes {BatchModels.Names(region)}. Nothing was sent.");
        }
    }

    /// <summary>Line feeds between the values of JSON would end the line of the file.</summary>
    private static byte[] OnOneLine(byte[] json)
    {
        foreach (ref byte one in json.AsSpan())
        {
            if (one is (byte)'\n' or (byte)'\r')
                one = (byte)' ';
        }
        return json;
    }
}

/// <summary>What a request is made of.</summary>
/// <param name="Entry">What is kept of it.</param>
/// <param name="Body">The body.</param>
/// <param name="Connection">Where it would be sent.</param>
internal sealed record BatchDraftResult(BatchEntry Entry, byte[] Body, QwenConnection Connection);
