using System.Text.Json;
using QwenChat.Catalogue;
using QwenChat.History;
using QwenChat.Policy;
using QwenChat.Protocols;
using QwenChat.Protocols.Tools;
using QwenChat.Recall;

namespace QwenChat.Turn;

/// <summary>The first step of a turn: validates it and converts the new items to the API's format. Sends nothing and changes nothing.</summary>
/// <param name="run">Runs turns that must precede this turn, such as a summary.</param>
internal sealed class TurnPreparation(RunTurn run)
{
    /// <summary>Prepares a turn, and plans it as far as possible without additional calls.</summary>
    /// <exception cref="QwenException">The turn would be rejected, or would exceed a limit.</exception>
    public PlannedTurn Prepare(TurnScope scope)
    {
        var (conversation, request, notices) = (scope.Conversation, scope.Request, scope.Notices);
        // The options are read only after waiting for the claim, because they may change during the wait.
        var options = request.Options?.Over(conversation.Options) ?? conversation.Options;
        string model = options.Model ?? throw new InvalidOperationException("A conversation has a model.");
        // The model is looked up only once, because each lookup checks whether the catalog files have changed.
        var facts = ModelCatalogue.Find(model, out string? fault);
        ModelNotices.Tell(facts, fault, conversation, notices);
        OptionCheck.Check(scope.Api, options, facts, conversation, notices);
        options = ServiceToolCheck.Check(scope, model, facts, options);
        if (request.Tools.Count > 0 || request.ToolChoice is not null)
            CheckTools(scope, model, options, facts);
        var format = AnswerFormats.Choose(scope, options, facts);
        options = AnswerFormats.Fit(options, format, scope, facts);
        if (request.IsBatch)
            options = WithoutThinking(options, facts, scope.Connection);
        var bill = new TurnBill(conversation, options, facts, scope.Connection, request.Budgets, notices, request.IsBatch);
        if (request.Spoken is not null)
            OptionCheck.CheckSpoken(scope.Api, model, options, facts);
        var history = TurnHistory.For(
            conversation, scope.Connection, scope.Transport, request.NoRebuild, HasTools(conversation, request), scope.Time, notices);
        var waiting = conversation.Pending;
        var input = Input(scope, model, history, waiting);
        OptionCheck.CheckMessage(scope.Api, input, request.Message, facts);
        var recall = new TurnRecall(conversation, scope.Connection, told => new EmbeddingCalls(scope.Connection, scope.Transport, bill.Calls, told), notices);
        bool sendsThinking = facts?.PreserveThinking == "Required" || AsksToPreserveThinking(options);
        var summarizer = new Summarizer(conversation, scope.Connection, run, bill.Calls, notices);
        var prepared = new PreparedTurn(scope, model, options)
        {
            Facts = facts,
            Format = format,
            Bill = bill,
            History = history,
            Context = new ContextAssembler(conversation, options, facts, sendsThinking, summarizer, recall, notices),
            Recall = recall,
            Waiting = waiting,
            Input = bill.InForm(OpenCalls.Answer(conversation, waiting, input, ChatProtocol.For(scope.Api, model), !history.SendsPending, notices)),
            SendsThinking = sendsThinking,
        };
        return Check(new PlannedTurn(prepared, history.Preview(prepared.Context.Preview(prepared.Said))) { Stream = RequestWriter.MustStream(prepared) });
    }

    /// <summary>
    /// Returns the options of a turn in a batch. A model with optional thinking does not think unless the user requested thinking (wire §18).
    /// </summary>
    private static QwenOptions WithoutThinking(QwenOptions options, QwenModel? facts, QwenConnection connection) =>
        options is { Thinking: null or QwenThinking.Default, ReasoningEffort: null, ThinkingBudget: null }
            && facts?.Thinking is "On" or "Off" && connection.CompatibleUri is null ? options with { Thinking = QwenThinking.Off } : options;

    /// <summary>Returns whether a request may contain calls or results, which a conversation object does not accept.</summary>
    private static bool HasTools(QwenConversation conversation, TurnRequest request) =>
        request.Tools.Count > 0 || request.Answer is not null
        || request.Before.Any(draft => draft.Role == "tool") || conversation.Pending.Any(ToolItem.IsResult);

    private static void CheckTools(TurnScope scope, string model, QwenOptions options, QwenModel? facts) => ToolRules.Check(scope.Api, new ChatRequest
    {
        Model = model,
        Facts = facts,
        Options = options,
        Input = [],
        Tools = scope.Request.Tools,
        ToolChoice = scope.Request.ToolChoice,
        StandardFieldsOnly = scope.Connection.CompatibleUri is not null,
    });

    private static IReadOnlyList<QwenItem> Input(TurnScope scope, string model, TurnHistory history, IReadOnlyList<QwenItem> waiting)
    {
        var now = scope.Time.GetUtcNow();
        var protocol = ChatProtocol.For(scope.Api, model);
        IReadOnlyList<QwenItem> said = scope.Request.Message is { } message ? protocol.WriteMessage(message, now) : [];
        if (scope.Request.Before.Count > 0)
            said = [.. scope.Request.Before.SelectMany(draft => protocol.WriteMessage(draft, now)), .. said];
        return waiting.Count == 0 || !history.SendsPending ? said : [.. waiting, .. said];
    }

    /// <summary>Rejects content that the model is known not to accept, and turns that would exceed a limit.</summary>
    private static PlannedTurn Check(PlannedTurn planned)
    {
        var prepared = planned.Prepared;
        if (prepared.Facts?.SingleTurn == true && planned.Plan.Path.Count > 0)
            throw new QwenException(QwenErrorKind.SingleTurn,
                $"{prepared.Model} supports only a single turn, and this conversation already has one. Use New-QwenConversation for each question.");
        HistoryMediaCheck.Check(planned.Scope.Api, prepared.Model, prepared.Facts, planned.Plan.Path, planned.Plan.Selection.First, prepared.Input);
        // If turns will be summarized first, the size of the request is not known yet, and the limits are checked later.
        if (planned.Plan.Selection.ToSummarize == 0)
            prepared.Bill.Check(planned.EstimateInput);
        return planned;
    }

    private static bool AsksToPreserveThinking(QwenOptions options) =>
        options.ExtraBody?.TryGetValue(Protocols.Messages.QwenOptionFields.PreserveThinking, out var asked) == true && asked.ValueKind == JsonValueKind.True;
}
