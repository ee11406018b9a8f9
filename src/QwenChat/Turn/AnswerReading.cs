using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using QwenChat.Http;
using QwenChat.Protocols;
using QwenChat.Streaming;
using QwenChat.Tools;

namespace QwenChat.Turn;

/// <summary>Reads the response to one request of a turn. The turn itself is created when the response is complete or has been stopped.</summary>
internal sealed class AnswerReading(TurnScope scope, IChatProtocol protocol)
{
    private readonly Dictionary<string, int> _callsTold = [];

    public ReplyBuilder Fold { get; } = new();

    /// <summary>The time from the start of the turn to the first chunk of a streamed response; null if the response was not streamed.</summary>
    public TimeSpan? FirstPiece { get; private set; }

    /// <summary>Whether the response was interrupted by a failure. False if the caller stopped the turn.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Reads a response until it ends.</summary>
    /// <returns>The chunks; none if the caller did not request a stream.</returns>
    /// <exception cref="QwenException">The response was interrupted. If text was received, it is in the exception's PartialReply.</exception>
    public async IAsyncEnumerable<QwenReplyDelta> ReadAsync(SentTurn sent, [EnumeratorCancellation] CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var deltas = new List<ChatDelta>();
        var told = scope.Request.Stream ? new List<ChatDelta>() : null;
        bool isAnswer = sent.Planned.Prepared.Format?.Way == AnswerWay.ForcedFunction;
        var mask = new SecretMask(sent.Planned.Prepared.Options);
        using var answer = sent.Answer;
        bool more = answer is not null;
        if (!more)
            AddFound(sent.Found, deltas);
        while (more || deltas.Count > 0)
        {
            if (answer is not null)
                more = await ReadAsync(sent, answer, deltas).ConfigureAwait(false);
            mask.Apply(deltas);
            // The deltas are large structs, so they are read in place. A local variable for a delta would also make the iterator larger.
            for (int d = 0; d < deltas.Count; d++)
            {
                told?.Clear();
                Fold.Add(CollectionsMarshal.AsSpan(deltas)[d], told);
                for (int i = 0; i < told?.Count; i++)
                {
                    if (Piece(CollectionsMarshal.AsSpan(told)[i], isAnswer) is { } piece)
                        yield return piece;
                }
                foreach (string call in told is null ? [] : CallsOf(CollectionsMarshal.AsSpan(deltas)[d]))
                    yield return new QwenReplyDelta(QwenReplyDeltaKind.ServiceToolCall, call);
            }
            deltas.Clear();
        }
    }

    private async ValueTask<bool> ReadAsync(SentTurn sent, ResponseStream answer, List<ChatDelta> deltas)
    {
        try
        {
            bool more = await answer.ReadAsync(deltas).ConfigureAwait(false);
            if (more && answer.IsStream)
                FirstPiece ??= scope.Elapsed;
            return more;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            IsBroken = true;
            new SecretMask(sent.Planned.Prepared.Options).Apply(deltas);
            foreach (var delta in deltas)
                Fold.Add(delta);
            if (failure is QwenException known && Fold.HasText)
                known.PartialReply = ReplyMaker.Partial(sent);
            if (failure is QwenException later && sent.Planned.Rounds.Count > 0)
                throw ToolRounds.WithRounds(later, sent.Planned);
            throw;
        }
    }

    /// <summary>Adds the deltas of a complete reply that was found on the service.</summary>
    private void AddFound(IReadOnlyList<QwenItem> found, List<ChatDelta> deltas)
    {
        foreach (var item in found.Where(item => item.Type is "message" or "reasoning"))
            deltas.Add(new ChatDelta(item.Type == "reasoning" ? ChatDeltaKind.Thinking : ChatDeltaKind.Text) { Text = item.Text });
        var calls = found.SelectMany(item => protocol.ReadMessage(item)?.ToolCalls ?? []);
        deltas.Add(new ChatDelta(ChatDeltaKind.Output) { Items = found, ToolCalls = [.. calls] });
        deltas.Add(new ChatDelta(ChatDeltaKind.Finished) { State = QwenReplyState.Completed });
    }

    /// <summary>Describes the service tool calls in a delta, except for calls that have already been reported.</summary>
    private IEnumerable<string> CallsOf(in ChatDelta delta)
    {
        if (delta.Kind is not (ChatDeltaKind.Item or ChatDeltaKind.Extra) || delta.Item is not { IsServiceToolCall: true } item)
            return [];
        var calls = ServiceToolItems.Read(item).ToArray();
        int told = _callsTold.GetValueOrDefault(item.Type);
        // An Item delta contains only new calls, but each Extra delta repeats all earlier calls of the same type.
        if (delta.Kind == ChatDeltaKind.Item)
            told = 0;
        else
            _callsTold[item.Type] = calls.Length;
        return calls.Skip(told).Select(call => call.ToString());
    }

    /// <summary>Converts a delta to a chunk for the caller. Returns null for a delta that is not shown.</summary>
    /// <param name="delta">The delta.</param>
    /// <param name="isAnswer">Whether a tool call is the answer.</param>
    private static QwenReplyDelta? Piece(in ChatDelta delta, bool isAnswer) => delta.Kind switch
    {
        ChatDeltaKind.Text when delta.Text is { Length: > 0 } text => new(QwenReplyDeltaKind.Text, text),
        ChatDeltaKind.Thinking when delta.Text is { Length: > 0 } text => new(QwenReplyDeltaKind.Thinking, text),
        ChatDeltaKind.ToolCall when delta.Text is { Length: > 0 } text => new(isAnswer ? QwenReplyDeltaKind.Text : QwenReplyDeltaKind.ToolCall, text),
        ChatDeltaKind.Audio when delta.Text is { Length: > 0 } text => new(QwenReplyDeltaKind.Audio, text),
        _ => null,
    };
}
