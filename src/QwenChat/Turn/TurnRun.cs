using System.Runtime.CompilerServices;
using QwenChat.Catalogue;
using QwenChat.Cost;
using QwenChat.History;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Protocols;
using QwenChat.Protocols.Errors;
using QwenChat.Protocols.Messages;
using QwenChat.Recall;
using QwenChat.Saving;
using QwenChat.Streaming;

namespace QwenChat.Turn;

/// <summary>
/// Runs one turn from end to end: plans what is sent, sends it, folds what comes, and adds the turn to the conversation whole or not
/// at all. A streamed turn that the caller stops is kept as interrupted.
/// </summary>
internal sealed class TurnRun(QwenConversation conversation, TurnRequest request, Func<QwenConnection, Transport> transports, TimeProvider time,
    NoticeQueue notices)
{
    private readonly ReplyBuilder _fold = new();
    private readonly long _started = time.GetTimestamp();
    private readonly QwenConnection _connection = request.Connection ?? conversation.Connection;
    private QwenOptions _options = conversation.Options;
    private readonly TurnHistory _history = TurnHistory.For(
        conversation, request.Connection
            ?? conversation.Connection, transports(request.Connection ?? conversation.Connection), request.NoRebuild, time, notices);
    private TurnBill _bill = null!;
    private TurnContext _context = null!;
    private TurnRecall _recall = null!;
    private QwenModel? _facts;
    private ReadOnlyMemory<byte> _head;
    private IReadOnlyList<QwenItem> _pending = [];
    private IReadOnlyList<QwenItem> _input = [];
    private IReadOnlyList<QwenItem> _before = [];
    private IReadOnlyList<QwenItem>? _found;
    private TurnPlan _plan = null!;
    private ResolvedFiles? _sent;
    private ResponseStream? _answer;
    private TimeSpan? _firstPiece;
    private bool _failed;

    private string ModelName => _options.Model!;

    private IChatProtocol Protocol => ChatProtocol.For(conversation.ApiKind, ModelName);

    /// <summary>The answer, piece by piece, when the caller asked for that, and at last the whole reply.</summary>
    public async IAsyncEnumerable<QwenReplyDelta> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var claim = await conversation.Claims.ForTurnAsync(cancellation).ConfigureAwait(false);
        await foreach (var piece in claim.PassOnAsync(AnswerAsync(cancellation), cancellation).ConfigureAwait(false))
            yield return piece;
    }

    /// <summary>The same, for the holder of the claim. The turn is saved before the reply comes.</summary>
    private async IAsyncEnumerable<QwenReplyDelta> AnswerAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await StoredConversations.RefreshAsync(conversation, notices, cancellation).ConfigureAwait(false);
        Prepare();
        bool summarizes = _context.Selection.ToSummarize > 0;
        await _context.SelectAsync(Said, cancellation).ConfigureAwait(false);
        if (summarizes || _context.Selection.Recalled is not null)
            _bill.Check(EstimateInput);
        if (ResponsesWindow.MayBePassed(conversation, _facts) && ResponsesWindow.Warning(conversation.ApiKind, _facts, EstimateInput()) is { } warning
            && conversation.WarnOnce("responses window"))
            notices.Warn(warning);
        var deltas = new List<ChatDelta>();
        var told = new List<ChatDelta>();
        bool ended = false;
        try
        {
            // Planning may change the service, and the transcript by what it finds there; a failure from here on is recorded.
            _plan = await _history.PlanAsync(_context.Selection.First, cancellation).ConfigureAwait(false);
            if (!_history.SendsPending)
                _before = _pending = conversation.Pending;
            using (_answer = await OpenAsync(cancellation).ConfigureAwait(false))
            {
                while (await ReadAsync(deltas).ConfigureAwait(false))
                {
                    foreach (var delta in deltas)
                    {
                        told.Clear();
                        _fold.Add(delta, request.Stream ? told : null);
                        foreach (var news in told)
                        {
                            if (Piece(news) is not { } piece)
                                continue;
                            _bill.Lend();
                            yield return piece;
                        }
                    }
                    deltas.Clear();
                }
            }
            ended = true;
            var reply = Finish();
            if (await StoredConversations.TrySaveAsync(conversation, notices, cancellation).ConfigureAwait(false))
                _recall.EmbedLater(reply.Turn);
            yield return new QwenReplyDelta(QwenReplyDeltaKind.Done, "", reply);
        }
        finally
        {
            bool keeps = !ended && !_failed && KeepInterrupted();
            _bill.Release();
            if (keeps)
                await StoredConversations.TrySaveAsync(conversation, notices, cancellation).ConfigureAwait(false);
            else if (!ended)
                await _history.GivenUpAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The request as it would be sent; nothing is.</summary>
    public async Task<QwenRequestPlan> PlanAsync(CancellationToken cancellation)
    {
        Prepare();
        _context.PreviewRecall(Said);
        // Addresses in the temporary store stay as they are: nothing is uploaded for a look.
        _sent = await ResolvedFiles.MakeAsync(_plan.Path, _plan.FirstSent, _input,
            _ => Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>())).ConfigureAwait(false);
        var sent = Write(MustStream);
        var forecast = _bill.Forecast(EstimateInput());
        if (ResponsesWindow.Warning(conversation.ApiKind, _facts, forecast.InputTokens) is { } warning)
            notices.Warn(warning);
        return new QwenRequestPlan
        {
            Address = sent.Uri,
            Body = BodyText.Of(sent.Body!.ToArray()),
            BodyBytes = sent.Body.Length,
            EstimatedInputTokens = forecast.InputTokens,
            EstimatedCost = forecast.Charge?.Amount,
            Currency = forecast.Charge?.Currency,
            Context = _context.Describe(_plan.ToContext(PrefixBroken), Said) with { EstimatedTokens = forecast.InputTokens,
                CacheableTokens = CachePlan.Expected(_plan, PrefixBroken) },
        };
    }

    private void Prepare()
    {
        var now = time.GetUtcNow();
        // Read here, not when the turn began to wait: settings may change meanwhile.
        _options = (request.Options ?? new QwenOptions()).Over(conversation.Options);
        _facts = ModelCatalogue.Find(ModelName);
        _bill = new TurnBill(conversation, _options, _facts, _connection, request.Budgets, notices);
        OptionCheck.Check(conversation.ApiKind, _options, _facts, conversation, notices);
        _pending = conversation.Pending;
        if (request.Spoken is not null)
            OptionCheck.CheckSpoken(conversation.ApiKind, ModelName, _options, _facts);
        var drafts = request.Message is null ? request.Before : [.. request.Before, request.Message];
        var said = drafts.SelectMany(draft => Protocol.WriteMessage(draft, now)).ToArray();
        if (!_history.SendsPending)
            _before = _pending;
        IReadOnlyList<QwenItem> input = _pending.Count == 0 || !_history.SendsPending ? said : [.. _pending, .. said];
        OptionCheck.CheckMessage(conversation.ApiKind, input, request.Message, _facts);
        _input = _bill.InForm(OpenCalls.Answer(conversation.Path, _pending, input, Protocol, serviceHasAll: !_history.SendsPending, notices));
        _recall = new TurnRecall(conversation, _connection, told => new EmbeddingCalls(_connection, transports(_connection), _bill.Calls, told), notices);
        _context =
            new TurnContext(conversation, _options, SendsThinking, new Summarizer(conversation, _connection, RunAsync, _bill.Calls, notices), _recall, notices);
        _context.Preview(Said);
        _plan = _history.Preview(_context.Selection.First);
        if (_facts?.SingleTurn == true && _plan.Path.Count > 0)
            throw new QwenException(QwenErrorKind.SingleTurn,
                $"{ModelName} answers a single turn, and this conversation has had one. Begin a new one for every question: New-QwenConversation.");
        HistoryMediaCheck.Check(conversation.ApiKind, ModelName, _facts, _plan.Path, _context.Selection.First, _input);
        // What a summary will make of it is known only then.
        if (_context.Selection.ToSummarize == 0)
            _bill.Check(EstimateInput);
    }

    /// <summary>The new items that the model sees: what waited, and what is said now.</summary>
    private IReadOnlyList<QwenItem> Said => _before.Count == 0 ? _input : [.. _before, .. _input];

    private long EstimateInput() => _context.EstimateInput(Said);

    private IAsyncEnumerable<QwenReplyDelta> RunAsync(QwenConversation other, TurnRequest turn, NoticeQueue told, CancellationToken cancellation) =>
        new TurnRun(other, turn, transports, time, told).RunAsync(cancellation);

    private bool SendsThinking => _facts?.PreserveThinking == "Required" || AsksToPreserveThinking;

    /// <summary>True when the request cannot begin with the bytes of the one before; known once it is written.</summary>
    private bool PrefixBroken =>
        conversation.PrefixBroken || _context.BreaksPrefix || (!conversation.LastHead.IsEmpty && !conversation.LastHead.Span.SequenceEqual(_head.Span));

    // Audio comes in no other way (qwen-api §6.5).
    private bool MustStream => request.Stream || _facts?.StreamOnly == true || request.Spoken is not null || SearchesInStreamOnly;

    // Refused otherwise: "Non-streaming mode does not support Web Search" (wire-tools §3).
    private bool SearchesInStreamOnly => conversation.ApiKind == QwenApi.DashScope && _options.Search == true && NativeEndpoint.IsMultimodal(ModelName);

    /// <summary>Sends until there is an answer. None is returned when it was found at the service instead.</summary>
    private async Task<ResponseStream?> OpenAsync(CancellationToken cancellation)
    {
        bool stream = MustStream;
        bool switched = false;
        bool filesLost = false;
        while (true)
        {
            try
            {
                await PlaceFilesAsync(anew: filesLost, cancellation).ConfigureAwait(false);
                await _bill.ReserveAsync(EstimateInput, cancellation).ConfigureAwait(false);
                if (await _history.SendingAsync(_input, cancellation).ConfigureAwait(false) is { } other)
                    _plan = other;
                var answer = await transports(_connection).SendAsync(Write(stream), Protocol.NewReader, notices, cancellation).ConfigureAwait(false);
                if (_history.FindIgnored(_plan, answer.First.LastOrDefault(delta => delta.PreviousId is not null).PreviousId) is not { } ignored)
                    return answer;
                answer.Dispose();
                throw ignored;
            }
            catch (QwenException failure) when (conversation.ApiKind == QwenApi.DashScope && !switched && ErrorReader.IsWrongEndpoint(failure))
            {
                NativeEndpoint.Switch(ModelName);
                switched = true;
                notices.Verbose($"{ModelName} is not answered at this endpoint; asking at {NativeEndpoint.Path(ModelName)}, now and from now on.");
            }
            catch (QwenException failure) when (!filesLost && _sent is { ReferToStore: true } && request.ResolveAddresses is not null
                && ErrorReader.LacksMedia(failure))
            {
                notices.Verbose($"The service does not find a file of the conversation any more ({failure.Message}); uploading it again.");
                filesLost = true;
            }
            catch (QwenException failure) when (!stream && ErrorReader.DemandsStreaming(failure))
            {
                notices.Verbose($"{ModelName} answers only as a stream; asking again for one.");
                stream = true;
            }
            catch (QwenException failure) when (ErrorReader.LargestThinkingBudget(failure) is { } most && _options.ThinkingBudget > most)
            {
                LowerThinkingBudget(most);
            }
            catch (QwenException failure) when (failure.Kind == QwenErrorKind.ContextLengthExceeded && _context.CanHarden)
            {
                _bill.Release();
                if (!await _context.HardenAsync(failure, Said, cancellation).ConfigureAwait(false))
                    throw;
                _plan = await _history.PlanAsync(_context.Selection.First, cancellation).ConfigureAwait(false);
                _sent = null;
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

    private void LowerThinkingBudget(int most)
    {
        notices.Warn($"{ModelName} thinks for at most {most} tokens; -ThinkingBudget {_options.ThinkingBudget} is lowered to that.");
        _options = _options with { ThinkingBudget = most };
        // A budget of the conversation's own would be refused again with every turn.
        if (request.Options is not { ThinkingBudget: not null } and not { Model: not null })
            conversation.Options = conversation.Options with { ThinkingBudget = most };
    }

    private async Task PlaceFilesAsync(bool anew, CancellationToken cancellation)
    {
        _sent = await ResolvedFiles.MakeAsync(_sent?.History ?? _plan.Path, _plan.FirstSent, _input, addresses => request.ResolveAddresses is { } resolve
            ? resolve(addresses, ModelName, _connection, anew, cancellation)
            : Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>())).ConfigureAwait(false);
        _input = _sent.Input;
    }

    private ServiceRequest Write(bool stream)
    {
        var history = SendableHistory.Of(_sent?.History ?? _plan.Path, _plan, _input, _context.Instructions, conversation.ApiKind, ModelName);
        if (history.HasLateSystemMessage)
            LeadingSystemText.WarnOfLate(conversation, conversation.Items.Concat(history.Input), notices);
        var body = Protocol.WriteRequest(new ChatRequest
        {
            Model = ModelName,
            Facts = _facts,
            Options = _options,
            Instructions = history.Instructions,
            History = history.Path,
            HistoryFrom = _plan.FirstSent,
            Input = history.Input,
            Recalled = _context.RecalledMessage,
            PreviousResponseId = _plan.Anchor?.ResponseId,
            ConversationId = _plan.ConversationId,
            Store = !conversation.Stateless,
            Stream = stream,
            Spoken = request.Spoken,
            SendThinking = SendsThinking,
            Marks = _bill.SetsMarkers ? CachePlan.Place(history.Path, _plan.FirstSent, Continued(history), history.Instructions, _context.Estimate) : null,
            StandardFieldsOnly = _connection.CompatibleUri is not null,
        });
        _head = body.Head;
        return new ServiceRequest(HttpMethod.Post, Address) { Body = body, Stream = stream, Headers = Headers(stream), Repeatable = _history.Repeatable };
    }

    /// <summary>The new items that the next request begins with too: none, where recalled turns stand before them that it does not have.</summary>
    private IReadOnlyList<QwenItem> Continued(SendableHistory history) => _context.RecalledMessage.Count > 0 ? [] : history.Input;

    private Uri Address => conversation.ApiKind switch
    {
        QwenApi.ChatCompletions => _connection.Chat,
        QwenApi.DashScope => _connection.Native(NativeEndpoint.Path(ModelName)),
        _ => _connection.Responses(),
    };

    private List<KeyValuePair<string, string>> Headers(bool stream)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (conversation.ApiKind == QwenApi.DashScope && stream)
            headers.Add(new("X-DashScope-SSE", "enable"));
        if (conversation.ApiKind is QwenApi.Responses or QwenApi.Conversations && _options.SessionCache is { } cache)
            headers.Add(new("x-dashscope-session-cache", cache ? "enable" : "disable"));
        // Without it the service takes an oss address for a faulty URL (qwen-api §6.4).
        if (_sent?.ReferToStore == true)
            headers.Add(new("X-DashScope-OssResourceResolve", "enable"));
        return headers;
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
        foreach (var item in items.Where(item => item.Type is "message" or "reasoning"))
            deltas.Add(new ChatDelta(item.Type == "reasoning" ? ChatDeltaKind.Thinking : ChatDeltaKind.Text) { Text = item.Text });
        deltas.Add(
            new ChatDelta(ChatDeltaKind.Output) { Items = items, ToolCalls = [.. items.SelectMany(item => Protocol.ReadMessage(item)?.ToolCalls ?? [])] });
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
        AnswerWarnings.Warn(turn, _fold, notices);
        if (_answer is not null)
            _history.Answered(_plan, _fold.PreviousId);
        byte[]? audio = JoinAudio(turn);
        var reply = MakeReply(turn, Add(turn), audio);
        KeepAccount(turn);
        return reply;
    }

    private byte[]? JoinAudio(QwenTurn turn)
    {
        try
        {
            return request.Spoken is { Format: not SpokenAnswer.Wav } ? AudioPieces.Join(_fold.AudioPieces) : WavFile.Join(_fold.AudioPieces);
        }
        catch (QwenException broken) when (_fold.HasText)
        {
            broken.PartialReply = MakeReply(turn, _plan.Path.Append(turn));
            throw;
        }
    }

    private bool KeepInterrupted()
    {
        if (!request.Stream || !_fold.HasText)
            return false;
        var turn = MakeTurn(QwenReplyState.Interrupted);
        Add(turn);
        KeepAccount(turn);
        return true;
    }

    private TurnPath Add(QwenTurn turn)
    {
        var path = conversation.Append(turn, _pending.Count);
        _history.Added(turn, _input);
        return path;
    }

    private void KeepAccount(QwenTurn turn)
    {
        _bill.CountTurn(turn);
        _context.Commit();
        conversation.PrefixBroken = false;
        conversation.LastHead = _head;
    }

    private QwenTurn MakeTurn(string state)
    {
        var created = _fold.CreatedAt ?? time.GetUtcNow();
        var answer = _bill.InForm(Protocol.WriteAnswer(_fold, created));
        QwenItem[] items = [.. _before, .. _input, .. answer];
        return new QwenTurn(_plan.Path.Count + 1, items, _before.Count + _input.Count)
        {
            Usage = _fold.Usage,
            EstimatedUsage = _fold.Usage?.CountsAll() != true && _bill.HasLimits
                ? new QwenUsage { InputTokens = EstimateInput(), OutputTokens = _context.Estimate.OfItems(answer) } : null,
            Terms = _bill.Terms,
            Sent = _context.Sent(Said),
            State = state,
            Model = _fold.Model ?? ModelName,
            ResponseId = _fold.ResponseId,
            CreatedAt = created,
            // A chain that holds a call which was cut off could not be continued.
            Server = state == QwenReplyState.Interrupted || _fold.WholeCalls.Count < _fold.ToolCalls.Count ? null
                : _history.StateAfter(_plan, _fold.ResponseId, created),
        };
    }

    private QwenReply MakeReply(QwenTurn turn, TurnPath path, byte[]? audio = null)
    {
        var charge = RequestCost.Of(turn, _connection);
        return new QwenReply(conversation, path, turn)
        {
            Cost = charge?.Amount,
            Currency = charge?.Currency,
            Audio = audio,
            ToolCalls = _fold.ToolCalls,
            SearchResults = _fold.SearchResults,
            FinishReason = _fold.FinishReason,
            RequestId = _answer?.RequestId ?? _fold.RequestId,
            Duration = time.GetElapsedTime(_started),
            TimeToFirstToken = _firstPiece,
            Context = _context.Describe(_plan.ToContext(PrefixBroken), Said),
        };
    }
}
