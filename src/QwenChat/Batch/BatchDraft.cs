using QwenChat.Catalogue;
using QwenChat.Connection;
using QwenChat.Export;
using QwenChat.History;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Protocols.Tools;
using QwenChat.Turn;

namespace QwenChat.Batch;

/// <summary>Creates batch requests for the Chat Completions API.</summary>
internal static class BatchDraft
{
    public const string Endpoint = "/v1/chat/completions";

    /// <summary>The endpoint of rehearsal requests.</summary>
    public const string TestEndpoint = "/v1/chat/ds-test";

    /// <summary>Creates a request. Nothing is sent, unless a context policy requires a summary.</summary>
    /// <param name="conversation">The conversation that the turn belongs to.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="id">The id that identifies the result; null to let the batch number the request.</param>
    /// <param name="input">The input that the request was created from, as JSON.</param>
    /// <param name="notices">Receives warnings and verbose messages for the user.</param>
    /// <param name="cancellation">Cancels the operation.</param>
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
                "-RemoteMcpServer cannot be used in a batch, because a batch is saved to disk and headers are secrets. Use Send-QwenMessage to send this "
                + "message on its own.");
        if (ServiceTools.MustStream(planned.Prepared.Options))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "CodeInterpreter and WebExtractor (-BuiltInTool) require streaming, which batches do not support. Omit them, or use Send-QwenMessage to send "
                + "this message on its own.");
        if (planned.Files?.ReferToStore == true)
            throw new QwenException(QwenErrorKind.MediaRefused,
                "The request refers to a file in the service's temporary store, which a batch cannot read. Specify the file itself or an https address.");
        byte[] body = OnOneLine(request.Body!.ToArray());
        var prepared = planned.Prepared;
        var unanswered = new QwenTurn(planned.Plan.Path.Count + 1, planned.Items, prepared.Said.Count)
        {
            Terms = prepared.Bill.Terms,
            Sent = prepared.Context.Sent(planned.Plan.Selection, planned.Items),
            Model = prepared.Model,
            CreatedAt = planned.Scope.Time.GetUtcNow(),
        };
        var entry = new BatchEntry(id, snapshot, unanswered)
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
                $"The history of {conversation} is stored on the service, and a batch cannot read or extend it. Use Copy-QwenConversation -Api "
                + "ChatCompletions to create a copy for the batch.");
    }

    private static void CheckModel(string model, QwenConnection connection)
    {
        var region = connection.RegionKind;
        if (connection.CompatibleUri is null && !BatchModels.MayTake(model, region))
        {
            string where = region is null ? "" : $" in the {region} region";
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The Batch API does not support {model}{where}. It supports {BatchModels.Names(region)}. Nothing was sent.");
        }
    }

    /// <summary>Replaces line breaks between JSON values with spaces, because each request must be one line of the request file.</summary>
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

/// <summary>A batch request that has not been sent yet.</summary>
internal sealed record BatchDraftResult(BatchEntry Entry, byte[] Body, QwenConnection Connection);
