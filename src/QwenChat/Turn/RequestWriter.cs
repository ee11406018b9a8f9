using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Messages;
using QwenChat.Protocols.Tools;
using QwenChat.Tools;

namespace QwenChat.Turn;

/// <summary>Writes the request of a planned turn without sending it.</summary>
internal static class RequestWriter
{
    /// <summary>Returns whether the response must be streamed: the caller reads a stream, or the service only supports streaming.</summary>
    public static bool MustStream(PreparedTurn prepared)
    {
        // Audio is only available in streams (wire §6.5). "Non-streaming mode does not support Web Search" (wire §16).
        var request = prepared.Scope.Request;
        var (api, options) = (prepared.Scope.Api, prepared.Options);
        return !request.IsBatch && (request.Stream || prepared.Facts?.StreamOnly == true || request.Spoken is not null
            || (api == QwenApi.DashScope && ServiceTools.Of(options).HasFlag(QwenBuiltInTool.WebSearch) && NativeEndpoint.IsMultimodal(prepared.Model))
            || (api is QwenApi.ChatCompletions or QwenApi.DashScope && ServiceTools.MustStream(options)));
    }

    /// <summary>Returns the turn without the secrets of MCP servers, so that its request can be displayed.</summary>
    public static PlannedTurn Masked(PlannedTurn planned)
    {
        var options = planned.Prepared.Options;
        return options.RemoteMcpServer is not { Count: > 0 } servers ? planned : planned with
        {
            Prepared = planned.Prepared with { Options = options with { RemoteMcpServer = [.. servers.Select(server => server.Masked())] } },
        };
    }

    public static WrittenRequest Write(PlannedTurn planned)
    {
        var (prepared, scope, plan) = (planned.Prepared, planned.Scope, planned.Plan);
        var conversation = scope.Conversation;
        string? instructions = prepared.Context.Instructions(plan.Selection);
        instructions = prepared.Format?.AddTo(instructions) ?? instructions;
        var history = SendableHistory.Of(planned.Files?.History ?? plan.Path, plan, planned.Input, instructions, scope.Api, prepared.Model);
        if (history.HasLateSystemMessage)
            LeadingSystemText.WarnOfLate(conversation, conversation.Items.Concat(history.Input), scope.Notices);
        var recalled = plan.Selection.RecalledMessage;
        // The new items that the next request repeats in the same place: none if recalled turns precede them, because the next request does not contain the
        // recalled turns.
        var continued = recalled.Count > 0 ? [] : history.Input;
        bool isFunction = prepared.Format?.Way == AnswerWay.ForcedFunction;
        var asked = new ChatRequest
        {
            Model = prepared.Model,
            Facts = prepared.Facts,
            Options = planned.Repair is null ? prepared.Options : AnswerFormats.ForRepair(prepared),
            Instructions = history.Instructions,
            History = new HistorySlice(history.Path, plan.Sent.From),
            Input = history.Input,
            // A chain of responses already contains the summary.
            Summary = plan.Anchor is null ? plan.Selection.SummaryMessage : [],
            Recalled = recalled,
            PreviousResponseId = plan.Anchor?.ResponseId,
            ConversationId = plan.ConversationId,
            Store = !conversation.Stateless && !plan.IsDetached,
            Stream = planned.Stream,
            Format = prepared.Format,
            Tools = isFunction ? [AnswerFunction(prepared.Format!.Schema)] : scope.Request.Tools,
            // After a round of calls, a tool choice that forces a call would force another call (wire §14.2).
            ToolChoice = isFunction ? ToolChoice.Of(AnswerSchema.Name)
                : planned.Rounds.Count > 0 && scope.Request.ToolChoice?.IsForced == true ? null : scope.Request.ToolChoice,
            Spoken = scope.Request.Spoken,
            SendThinking = prepared.SendsThinking,
            Marks = prepared.Bill.SetsMarkers
                ? CacheMarkers.Place(history.Path, plan.Sent.From, continued, history.Instructions, prepared.Context.Estimate,
                    !prepared.Context.BreaksPrefix(plan.Selection), prepared.Context.IsContinued(plan.Selection, planned.Items)) : null,
            StandardFieldsOnly = scope.Connection.CompatibleUri is not null,
        };
        var head = HeadOf(asked);
        // A prefix that no later request reads is not written to the session cache, because writing costs a quarter more.
        bool usesSession = prepared.Bill.UsesSessionCache
            && (!planned.BreaksPrefix(head) || prepared.Context.IsContinued(plan.Selection, planned.Items));
        var body = prepared.Protocol.WriteRequest(asked);
        var request = new ServiceRequest(HttpMethod.Post, Address(prepared))
        {
            Body = body,
            Model = prepared.Model,
            Stream = planned.Stream,
            // The service may take up to 300 s to read a document before it sends the first byte (wire §17), so the timeout is twice that time.
            FirstByteTimeout = asked.HasDocuments ? TimeSpan.FromSeconds(600) : null,
            Headers = Headers(planned, usesSession),
            Repeatable = prepared.History.Repeatable,
        };
        return new WrittenRequest(request, head, usesSession || asked.Marks?.Any == true);
    }

    private static ToolDefinition AnswerFunction(AnswerSchema schema) =>
        ToolDefinition.Of(AnswerSchema.Name, "Gives the whole answer. It is the only way to answer.", schema.Text);

    private static RequestHead HeadOf(ChatRequest request) => new(request.Model, request.Instructions, ServiceTools.Of(request.Options),
        ToolFields.TextOf(request) + string.Join(' ', ServiceTools.ServersOf(request.Options)));

    private static Uri Address(PreparedTurn prepared) => prepared.Scope.Api switch
    {
        QwenApi.ChatCompletions => prepared.Scope.Connection.Chat,
        QwenApi.DashScope => prepared.Scope.Connection.Native(NativeEndpoint.Path(prepared.Model), "Use -Api ChatCompletions or -Api Responses"),
        _ => prepared.Scope.Connection.Responses(),
    };

    private static List<KeyValuePair<string, string>> Headers(PlannedTurn planned, bool usesSession)
    {
        var headers = new List<KeyValuePair<string, string>>();
        var api = planned.Scope.Api;
        if (api == QwenApi.DashScope && planned.Stream)
            headers.Add(new("X-DashScope-SSE", "enable"));
        if (api is QwenApi.Responses or QwenApi.Conversations && planned.Prepared.Options.SessionCache is { } cache
            && (usesSession || !planned.Prepared.Bill.UsesSessionCache))
            headers.Add(new("x-dashscope-session-cache", cache ? "enable" : "disable"));
        // Without the header, the service treats an oss URL as invalid (wire §6.4).
        if (planned.Files?.ReferToStore == true)
            headers.Add(new("X-DashScope-OssResourceResolve", "enable"));
        return headers;
    }
}
