using System.Runtime.CompilerServices;
using QwenChat.Http;
using QwenChat.Protocols;

namespace QwenChat.Context;

/// <summary>
/// Runs one turn from end to end: plans what is sent, sends it, folds what comes, and adds the turn to the conversation whole or not
/// at all. A streamed turn that the caller stops is kept as interrupted.
/// </summary>
internal sealed class TurnRun(QwenConversation conversation, TurnRequest request, Func<QwenConnection, Transport> transports, TimeProvider time, Notices notices)
{
    private readonly AnswerFold _fold = new();
    private readonly long _started = time.GetTimestamp();
    private readonly IChatProtocol _protocol = ChatProtocol.For(conversation.Api);
    private readonly QwenConnection _connection = request.Connection ?? conversation.Connection;
    private readonly QwenOptions _options = (request.Options ?? new QwenOptions()).Over(conversation.Options);
    private readonly TurnHistory _history = TurnHistory.For(
        conversation, request.Connection ?? conversation.Connection, transports(request.Connection ?? conversation.Connection), request.NoRebuild, time, notices);
    private IReadOnlyList<QwenItem> _pending = [];
    private IReadOnlyList<QwenItem> _sent = [];
    private IReadOnlyList<QwenItem>? _found;
    private IReadOnlyList<QwenItem> _input = [];
    private TurnPlan _plan = null!;
    private Answer? _answer;
    private TimeSpan? _firstPiece;
    private bool _failed;

    private string ModelName => _options.Model!;

    private QwenModel? Facts => ModelCatalogue.Find(ModelName);

    /// <summary>The answer, piece by piece, when the caller asked for that, and at last the whole reply.</summary>
    public async IAsyncEnumerable<QwenReplyDelta> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var turn = await conversation.Lock.EnterAsync(request.Caller, cancellation).ConfigureAwait(false);
        await PrepareAsync(cancellation).ConfigureAwait(false);
        var deltas = new List<ChatDelta>();
        bool ended = false;
        try
        {
            using (_answer = await OpenAsync(cancellation).ConfigureAwait(false))
            {
                while (await ReadAsync(deltas).ConfigureAwait(false))
                {
                    foreach (var delta in deltas)
                    {
                        _fold.Add(delta);
                        if (Piece(delta) is { } piece)
                            yield return piece;
                    }
                    deltas.Clear();
                }
            }
            ended = true;
            var reply = Finish();
            yield return new QwenReplyDelta(QwenReplyDeltaKind.Done, "", reply);
        }
        finally
        {
            if (!ended && !_failed)
                KeepInterrupted();
        }
    }

    private async Task PrepareAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        OptionCheck.Check(conversation.Api, _options, Facts, conversation, notices);
        _pending = conversation.Pending;
        var said = request.Message is null ? [] : _protocol.WriteMessage(request.Message, now);
        _input = _pending.Count == 0 ? said : [.. _pending, .. said];
        OptionCheck.CheckMessage(conversation.Api, _input, request.Message, Facts);
        if (Facts?.SingleTurn == true && conversation.Path.Count > 0)
            throw new QwenException(QwenErrorKind.SingleTurn, $"{ModelName} answers a single turn, and this conversation has had one. Begin a new one for every question: New-QwenConversation.");
        _sent = _history.SendsPending ? _input : said;
        if (_sent.Count == 0)
            throw new QwenException(QwenErrorKind.InvalidRequest, "The service has what was added already, and answers a message: give one.");
        _plan = await _history.PlanAsync(cancellation).ConfigureAwait(false);
        // The service's state may have shown what others added.
        if (conversation.Pending.Count != _pending.Count)
            _input = [.. _pending = conversation.Pending, .. said];
    }

    /// <summary>Sends until there is an answer. None is returned when it was found at the service instead.</summary>
    private async Task<Answer?> OpenAsync(CancellationToken cancellation)
    {
        bool stream = request.Stream || Facts?.StreamOnly == true;
        while (true)
        {
            try
            {
                _history.Sending(_sent);
                return await transports(_connection).SendAsync(Write(stream), _protocol.NewReader(), notices, cancellation).ConfigureAwait(false);
            }
            catch (QwenException failure) when (!stream && ErrorBody.DemandsStreaming(failure))
            {
                notices.Verbose($"{ModelName} answers only as a stream; asking again for one.");
                stream = true;
            }
            catch (QwenException failure)
            {
                if (await _history.RecoverAsync(failure, _plan, cancellation).ConfigureAwait(false) is not { } recovery)
                    throw;
                _plan = recovery.Plan;
                if ((_found = recovery.Answer) is not null)
                    return null;
            }
        }
    }

    private ServiceRequest Write(bool stream)
    {
        var body = _protocol.WriteRequest(new ChatRequest
        {
            Model = ModelName,
            Facts = Facts,
            Options = _options,
            Instructions = _options.Instructions,
            History = _plan.Path,
            HistoryFrom = _plan.FirstSent,
            Input = _sent,
            PreviousResponseId = _plan.Anchor?.ResponseId,
            ConversationId = _plan.ConversationId,
            Store = !conversation.Stateless,
            Stream = stream,
            SendThinking = Facts?.PreserveThinking == "Required" || AsksToPreserveThinking,
            StandardFieldsOnly = _connection.CompatibleUri is not null,
        });
        return new ServiceRequest(HttpMethod.Post, conversation.Api == QwenApi.ChatCompletions ? _connection.Chat : _connection.Responses(null))
        {
            Body = body,
            Stream = stream,
            Repeatable = _history.Repeatable,
            Headers = conversation.Api is QwenApi.Responses or QwenApi.Conversations && _options.SessionCache is { } cache
                ? [new("x-dashscope-session-cache", cache ? "enable" : "disable")] : [],
        };
    }

    private bool AsksToPreserveThinking =>
        _options.ExtraBody?.TryGetValue("preserve_thinking", out var asked) == true && asked.ValueKind == System.Text.Json.JsonValueKind.True;

    private async ValueTask<bool> ReadAsync(List<ChatDelta> deltas)
    {
        if (_answer is null)
            return ReadFound(deltas);
        try
        {
            bool more = await _answer.ReadAsync(deltas).ConfigureAwait(false);
            if (more && _answer.IsStream)
                _firstPiece ??= time.GetElapsedTime(_started);
            return more;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _failed = true;
            foreach (var delta in deltas)
                _fold.Add(delta);
            if (failure is QwenException known && _fold.HasText)
            {
                var partial = MakeTurn(QwenReplyState.Interrupted);
                known.PartialReply = MakeReply(partial, _plan.Path.Append(partial));
            }
            throw;
        }
    }

    /// <summary>Reads the answer that was found at the service, whole.</summary>
    private bool ReadFound(List<ChatDelta> deltas)
    {
        if (_found is not { } items)
            return false;
        _found = null;
        foreach (var item in items)
        {
            deltas.Add(new ChatDelta(item.Type == "reasoning" ? ChatDeltaKind.Thinking : ChatDeltaKind.Text) { Text = item.Text });
            if (_protocol.ReadMessage(item) is { ToolCalls: [var call, ..] })
                deltas.Add(new ChatDelta(ChatDeltaKind.ToolCall) { Id = call.Id, Name = call.Name, Text = call.Arguments, Index = deltas.Count });
            deltas.Add(new ChatDelta(ChatDeltaKind.Item) { Item = item });
        }
        deltas.Add(new ChatDelta(ChatDeltaKind.Finished) { State = QwenReplyState.Completed });
        return true;
    }

    private QwenReplyDelta? Piece(in ChatDelta delta) => !request.Stream ? null : delta.Kind switch
    {
        ChatDeltaKind.Text when delta.Text is { Length: > 0 } text => new(QwenReplyDeltaKind.Text, text),
        ChatDeltaKind.Thinking when delta.Text is { Length: > 0 } text => new(QwenReplyDeltaKind.Thinking, text),
        ChatDeltaKind.ToolCall when delta.Text is { Length: > 0 } text => new(QwenReplyDeltaKind.ToolCall, text),
        ChatDeltaKind.Audio when delta.Text is { Length: > 0 } text => new(QwenReplyDeltaKind.Audio, text),
        _ => null,
    };

    private QwenReply Finish()
    {
        var turn = MakeTurn(_answer?.IsPartial == true ? QwenReplyState.Incomplete : _fold.State);
        var reply = MakeReply(turn, Add(turn));
        conversation.PrefixBroken = false;
        return reply;
    }

    private void KeepInterrupted()
    {
        if (request.Stream && _fold.HasText)
            Add(MakeTurn(QwenReplyState.Interrupted));
    }

    private TurnPath Add(QwenTurn turn)
    {
        var path = conversation.Append(turn, _pending.Count);
        _history.Added(turn, _sent);
        return path;
    }

    private QwenTurn MakeTurn(QwenReplyState state)
    {
        var created = _fold.CreatedAt ?? time.GetUtcNow();
        IReadOnlyList<QwenItem> items = [.. _input, .. _protocol.WriteAnswer(_fold, created)];
        return new QwenTurn(_plan.Path.Count + 1, items, _input.Count)
        {
            Usage = _fold.Usage,
            State = state,
            Model = _fold.Model ?? ModelName,
            ResponseId = _fold.ResponseId,
            CreatedAt = created,
            Server = state == QwenReplyState.Interrupted ? null : _history.StateAfter(_fold.ResponseId, created),
        };
    }

    private QwenReply MakeReply(QwenTurn turn, TurnPath path) => new(conversation, path, turn)
    {
        ToolCalls = _fold.ToolCalls,
        SearchResults = _fold.SearchResults,
        FinishReason = _fold.FinishReason,
        RequestId = _answer?.RequestId,
        Duration = time.GetElapsedTime(_started),
        TimeToFirstToken = _firstPiece,
        Context = _plan.ToContext(conversation.PrefixBroken),
    };
}
