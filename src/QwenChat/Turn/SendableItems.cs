using QwenChat.History;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Conversations;
using QwenChat.Protocols.Messages;
using QwenChat.Protocols.Responses;

namespace QwenChat.Turn;

/// <summary>
/// Reorders and converts items so that servers accept them: each call can be parsed and is directly followed by its result, no result lacks a call, and
/// assistant messages contain no media.
/// </summary>
/// <param name="protocol">The protocol of the items.</param>
/// <param name="callsAreItems">Whether each call is a separate item, directly followed by its result (wire §14.4).</param>
/// <param name="leftOut">Items to skip, because they are sent in a different way.</param>
internal sealed class SendableItems(IChatProtocol protocol, bool callsAreItems, IReadOnlySet<QwenItem> leftOut)
{
    private readonly HashSet<QwenItem> _moved = [];
    private readonly HashSet<string> _atService = [];
    private bool _hasMessage;

    public bool HasLateSystemMessage { get; private set; }

    public int NotRun { get; private set; }

    /// <summary>Records calls that the service already has, so that their results are sent without the calls.</summary>
    public void KnowCalls(IReadOnlyList<QwenItem> items)
    {
        _hasMessage = true;
        foreach (var call in items.SelectMany(item => ToolItem.Calls(item, protocol)))
            _atService.Add(call.Id);
    }

    /// <summary>Converts the items of the turns and, as the last element, the new items. A valid turn is returned as the same list.</summary>
    /// <param name="turns">The items of each turn.</param>
    /// <param name="mayBeOdd">For each turn, whether its items must be examined.</param>
    public IReadOnlyList<QwenItem>[] Fit(IReadOnlyList<QwenItem>[] turns, bool[] mayBeOdd)
    {
        var all = turns.SelectMany((items, turn) => items.Select(item => (Turn: turn, Item: item))).ToArray();
        var fit = turns.Select(_ => new List<QwenItem>()).ToArray();
        for (int i = 0; i < all.Length; i++)
        {
            var (turn, item) = all[i];
            if (!mayBeOdd[turn])
            {
                _hasMessage = true;
                fit[turn].Add(item);
            }
            else if (!_moved.Contains(item) && !leftOut.Contains(item))
            {
                Fit(all, i, fit[turn]);
            }
        }
        return turns.Select((items, turn) => items.SequenceEqual(fit[turn]) ? items : fit[turn]).ToArray();
    }

    private void Fit((int Turn, QwenItem Item)[] all, int at, List<QwenItem> fit)
    {
        var item = all[at].Item;
        HasLateSystemMessage |= _hasMessage && LeadingSystemText.IsSystem(item);
        _hasMessage |= item.Type == "message" && !LeadingSystemText.IsSystem(item);
        if (ToolItem.IsResult(item))
        {
            FitResult(item, fit);
            return;
        }
        var calls = ToolItem.Calls(item, protocol);
        if (calls.Count > 0)
            FitCalls(all, at, calls, fit);
        else if (item is { Role: "assistant", Type: "message" } && item.Content.Any(part => part.IsMedia) && protocol.ReadMessage(item) is { } shown)
            fit.Add(Rewrite(item, shown with { Parts = SendableMessage.AsText(shown.Parts) }));
        else
            fit.Add(item);
    }

    /// <summary>Adds a result. Without its call, the result is converted to text, because its content may matter.</summary>
    private void FitResult(QwenItem item, List<QwenItem> fit)
    {
        if (ToolItem.CallId(item) is { } id && _atService.Contains(id))
            fit.Add(item);
        else if (protocol.ReadMessage(item) is { } result && ServiceForm.Of(result) is { } told)
            fit.Add(Rewrite(item, told));
    }

    private void FitCalls((int Turn, QwenItem Item)[] all, int at, IReadOnlyList<QwenToolCall> calls, List<QwenItem> fit)
    {
        var item = all[at].Item;
        bool isCutOff = item.Status == SendableOutput.CutOff && calls.All(call => string.IsNullOrWhiteSpace(call.Arguments));
        var sent = ToolItem.IsCustom(item) ? calls : isCutOff ? [] : FitCalls(item, calls);
        if (!sent.SequenceEqual(calls) || !ToolItem.HasTextArguments(item))
            item = FitCall(item, sent);
        if (item is not null)
            fit.Add(item);
        var results = FindResults(all, at, sent);
        for (int i = 0; i < sent.Count; i++)
        {
            if (results[i] is not { } result)
                NotRun++;
            else
                _moved.Add(result);
            fit.Add(ToolItem.Result(results[i], sent[i].Id, all[at].Item, protocol));
        }
    }

    /// <summary>
    /// Converts calls so that servers can parse them, and omits calls that cannot be converted. A missing id becomes an id that is the same in every request.
    /// </summary>
    private static QwenToolCall[] FitCalls(QwenItem item, IReadOnlyList<QwenToolCall> calls) =>
        calls.Select((call, i) => SendableMessage.Fit(call.Id.Length > 0 ? call : call with { Id = $"call_{item.Id}_{i}" })).OfType<QwenToolCall>().ToArray();

    private QwenItem? FitCall(QwenItem item, IReadOnlyList<QwenToolCall> sent)
    {
        if (protocol.ReadMessage(item) is not { } message)
            return item;
        return sent.Count == 0 && message.Parts.All(part => part.Value.Length == 0) ? null : Rewrite(item, message with { ToolCalls = sent });
    }

    /// <summary>
    /// Finds the results of calls by call id, or by order if a result has no call id. The search ends at the assistant's next message, or at a call after
    /// the next user message.
    /// </summary>
    private QwenItem?[] FindResults((int Turn, QwenItem Item)[] all, int at, IReadOnlyList<QwenToolCall> calls)
    {
        var results = new QwenItem?[calls.Count];
        bool isAnotherTurn = false;
        for (int i = at + 1; i < all.Length; i++)
        {
            var item = all[i].Item;
            isAnotherTurn |= item.Role == "user";
            bool isCall = callsAreItems && (item.Type == "function_call" || ToolItem.IsCustom(item));
            if (isCall ? isAnotherTurn : item.Role == "assistant")
                break;
            if (!ToolItem.IsResult(item) || _moved.Contains(item))
                continue;
            string? id = ToolItem.CallId(item);
            int call = -1;
            for (int c = calls.Count - 1; c >= 0; c--)
            {
                if (results[c] is null && (string.IsNullOrEmpty(id) || calls[c].Id == id))
                    call = c;
            }
            if (call >= 0)
                results[call] = item;
        }
        return results;
    }

    private QwenItem Rewrite(QwenItem item, MessageDraft message)
    {
        var form = protocol.WriteMessage(message, item.CreatedAt ?? default)[^1];
        return new QwenItem(form.Json, item.Id, form.Type, form.Role) { CreatedAt = item.CreatedAt, ExpiresAt = item.ExpiresAt, Status = item.Status };
    }
}
