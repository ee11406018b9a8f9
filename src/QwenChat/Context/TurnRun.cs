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
    private TurnBill _bill = null!;
    private TokenEstimate? _estimate;
    private ReadOnlyMemory<byte> _head;
    private IReadOnlyList<QwenItem> _pending = [];
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
        Prepare();
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

    /// <summary>The request as it would be sent; nothing is.</summary>
    public async Task<QwenRequestPlan> PlanAsync(CancellationToken cancellation)
    {
        using var turn = await conversation.Lock.EnterAsync(request.Caller, cancellation).ConfigureAwait(false);
        Prepare();
        var sent = Write(request.Stream || Facts?.StreamOnly == true);
        var forecast = _bill.Forecast(EstimateInput());
        return new QwenRequestPlan
        {
            Address = sent.Uri,
            Body = BodyText.Of(sent.Body!.ToArray()),
            BodyBytes = sent.Body.Length,
            EstimatedInputTokens = forecast.InputTokens,
            EstimatedCost = forecast.Charge?.Amount,
            Currency = forecast.Charge?.Currency,
            Context = _plan.ToContext(PrefixBroken) with { EstimatedTokens = forecast.InputTokens, CacheableTokens = CachePlan.Expected(_plan, PrefixBroken) },
        };
    }

    private void Prepare()
    {
        var now = time.GetUtcNow();
        _bill = new TurnBill(conversation, _options, Facts, _connection, request.Budgets, notices);
        OptionCheck.Check(conversation.Api, _options, Facts, conversation, notices);
        _pending = conversation.Pending;
        var said = request.Message is null ? [] : _protocol.WriteMessage(request.Message, now);
        _input = _bill.InForm(_pending.Count == 0 ? said : [.. _pending, .. said]);
        OptionCheck.CheckMessage(conversation.Api, _input, request.Message, Facts);
        _plan = TurnPlan.Make(conversation.Api, conversation.Path, conversation.Stateless, _connection.Address, now);
        if (Facts?.SingleTurn == true && _plan.Path.Count > 0)
            throw new QwenException(QwenErrorKind.SingleTurn, $"{ModelName} answers a single turn, and this conversation has had one. Begin a new one for every question: New-QwenConversation.");
        if (_plan.Lost)
            AnnounceRebuilding("the service has forgotten it, or never had it at this address");
        else if (_plan.Anchor is { } anchor && anchor.ExpiresAt - now < TimeSpan.FromDays(1) && conversation.WarnOnce("expiry"))
            notices.Warn($"The service forgets this conversation at {anchor.ExpiresAt:u}. After that the next message sends the whole transcript again.");
        _bill.Check(EstimateInput);
    }

    private TokenEstimate Estimate => _estimate ??= new TokenEstimate(conversation.Api, _plan.Path, SendsThinking);

    private long EstimateInput() => Estimate.OfRequest(_input, _options.Instructions);

    private bool SendsThinking => Facts?.PreserveThinking == "Required" || AsksToPreserveThinking;

    /// <summary>True when the request cannot begin with the bytes of the one before; known once it is written.</summary>
    private bool PrefixBroken => conversation.PrefixBroken || (!conversation.LastHead.IsEmpty && !conversation.LastHead.Span.SequenceEqual(_head.Span));

    private void AnnounceRebuilding(string why)
    {
        if (request.NoRebuild)
        {
            throw new QwenException(QwenErrorKind.StateExpired,
                $"The conversation cannot be continued at the service: {why}. Without -NoRebuild, its {_plan.Path.Count} turns are sent again as a new chain.");
        }
        notices.Warn($"The conversation is put together anew, because {why}: {_plan.Path.Count - _plan.FirstSent} turn(s) are sent again.");
    }

    private async Task<Answer> OpenAsync(CancellationToken cancellation)
    {
        bool stream = request.Stream || Facts?.StreamOnly == true;
        while (true)
        {
            try
            {
                return await transports(_connection).SendAsync(Write(stream), _protocol.NewReader(), notices, cancellation).ConfigureAwait(false);
            }
            catch (QwenException failure) when (failure.Kind == QwenErrorKind.StateExpired && _plan.Anchor is not null)
            {
                _plan = _plan.WithoutServer();
                AnnounceRebuilding($"the service does not know its last response ({failure.Message})");
            }
            catch (QwenException failure) when (!stream && ErrorBody.DemandsStreaming(failure))
            {
                notices.Verbose($"{ModelName} answers only as a stream; asking again for one.");
                stream = true;
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
            Input = _input,
            PreviousResponseId = _plan.Anchor?.ResponseId,
            Store = !conversation.Stateless,
            Stream = stream,
            SendThinking = SendsThinking,
            Marks = _bill.SetsMarkers ? CachePlan.Place(_plan, _input, _options.Instructions, Estimate) : null,
            StandardFieldsOnly = _connection.CompatibleUri is not null,
        });
        _head = body.Head;
        return new ServiceRequest(HttpMethod.Post, conversation.Api == QwenApi.ChatCompletions ? _connection.Chat : _connection.Responses(null))
        {
            Body = body,
            Stream = stream,
            Headers = conversation.Api == QwenApi.Responses && _options.SessionCache is { } cache
                ? [new("x-dashscope-session-cache", cache ? "enable" : "disable")] : [],
        };
    }

    private bool AsksToPreserveThinking =>
        _options.ExtraBody?.TryGetValue("preserve_thinking", out var asked) == true && asked.ValueKind == System.Text.Json.JsonValueKind.True;

    private async ValueTask<bool> ReadAsync(List<ChatDelta> deltas)
    {
        try
        {
            bool more = await _answer!.ReadAsync(deltas).ConfigureAwait(false);
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
        var turn = MakeTurn(_answer!.IsPartial ? QwenReplyState.Incomplete : _fold.State);
        var reply = MakeReply(turn, conversation.Append(turn, _pending.Count));
        KeepAccount(turn);
        return reply;
    }

    private void KeepInterrupted()
    {
        if (!request.Stream || !_fold.HasText)
            return;
        var turn = MakeTurn(QwenReplyState.Interrupted);
        conversation.Append(turn, _pending.Count);
        KeepAccount(turn);
    }

    private void KeepAccount(QwenTurn turn)
    {
        _bill.CountTurn(turn);
        conversation.PrefixBroken = false;
        conversation.LastHead = _head;
    }

    private QwenTurn MakeTurn(QwenReplyState state)
    {
        var created = _fold.CreatedAt ?? time.GetUtcNow();
        var answer = _bill.InForm(_protocol.WriteAnswer(_fold, created));
        IReadOnlyList<QwenItem> items = [.. _input, .. answer];
        bool kept = conversation.Api == QwenApi.Responses && !conversation.Stateless && state != QwenReplyState.Interrupted && _fold.ResponseId is not null;
        return new QwenTurn(_plan.Path.Count + 1, items, _input.Count)
        {
            Usage = _fold.Usage,
            EstimatedUsage = _fold.Usage is null && _bill.HasLimits ? new QwenUsage { InputTokens = EstimateInput(), OutputTokens = Estimate.OfItems(answer) } : null,
            Terms = _bill.Terms,
            State = state,
            Model = _fold.Model ?? ModelName,
            ResponseId = _fold.ResponseId,
            CreatedAt = created,
            Server = kept ? new ServerState(_fold.ResponseId!, _connection.Address, created + ServerState.Lifetime) : null,
        };
    }

    private QwenReply MakeReply(QwenTurn turn, TurnPath path)
    {
        var charge = RequestCost.Of(turn, _connection);
        return new QwenReply(conversation, path, turn)
        {
            Cost = charge?.Amount,
            Currency = charge?.Currency,
            ToolCalls = _fold.ToolCalls,
            SearchResults = _fold.SearchResults,
            FinishReason = _fold.FinishReason,
            RequestId = _answer?.RequestId,
            Duration = time.GetElapsedTime(_started),
            TimeToFirstToken = _firstPiece,
            Context = _plan.ToContext(PrefixBroken),
        };
    }
}
