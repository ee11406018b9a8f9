using QwenChat.Catalogue;
using QwenChat.Connection;
using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Errors;
using QwenChat.Text;
using QwenChat.Turn;

namespace QwenChat.Policy;

/// <summary>
/// Uses a model to summarize the first turns of a conversation, in separate calls. Each summary extends the previous summary. Text that is too long for one
/// call is split into pieces.
/// </summary>
internal sealed class Summarizer(QwenConversation conversation, QwenConnection connection, RunTurn run, CallBill bill, NoticeQueue notices)
{
    /// <summary>
    /// The fraction of the model's input limit that a piece may fill. The rest is for the prompt, and for a local token count that is too low.
    /// </summary>
    private const double SafeShare = 0.6;

    /// <summary>The maximum number of times that the size of the pieces is halved after the model rejected a piece as too long.</summary>
    private const int MostHalvings = 3;

    /// <summary>Writes the summary of the first turns.</summary>
    /// <param name="policy">The policy, with the model and settings of the summary.</param>
    /// <param name="model">The model to use if the policy does not specify one.</param>
    /// <param name="instructions">The conversation's instructions; null for no instructions.</param>
    /// <param name="path">The turns.</param>
    /// <param name="before">The previous summary, which the new summary extends; null for the first summary.</param>
    /// <param name="through">The number of turns that the summary must cover.</param>
    /// <param name="estimate">The token estimate.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="QwenException">The call failed, or did not return text that can replace the turns.</exception>
    public async Task<QwenSummary> WriteAsync(
        QwenContextPolicy policy, string model, string? instructions, TurnPath path, QwenSummary? before, int through, TokenEstimate estimate,
        CancellationToken cancellation)
    {
        string writer = policy.SummaryModel ?? model;
        var protocol = ChatProtocol.For(conversation.ApiKind, conversation.Model);
        int from = before?.LastTurn ?? 0;
        var turns = path.Take(through).From(from).ToArray();
        long replaced = turns.Sum(estimate.OfTurn) + (before is null ? 0 : estimate.OfText(before.Text));
        var texts = turns.Select(turn => PlainTranscript.Of(turn, protocol)).ToArray();
        var request = new SummaryRequest(instructions, policy.MaxSummaryTokens ?? QwenContextPolicy.DefaultMaxSummaryTokens);
        var (summary, usage) = await ReadAsync(policy, writer, request, before?.Text ?? "", texts, cancellation).ConfigureAwait(false);
        if (SummaryCheck.IsTooShort(estimate.OfText(summary), replaced, policy.SummaryInstruction is not null))
        {
            notices.Verbose($"{writer} wrote \"{SummaryCheck.Beginning(summary)}\", which is too short for a summary. Requesting it again.");
            request = request with { More = SummaryCheck.OnceMore(replaced) };
            var again = await ReadAsync(policy, writer, request, before?.Text ?? "", texts, cancellation).ConfigureAwait(false);
            summary = again.Summary;
            usage = Add(usage, again.Usage);
            if (SummaryCheck.IsTooShort(estimate.OfText(summary), replaced, policy.SummaryInstruction is not null))
                throw SummaryCheck.TooShort(writer, summary, replaced);
        }
        if (estimate.OfText(summary) is var tokens && tokens >= replaced)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"{writer} wrote a summary of about {Quantity.Of(tokens, "token")} from about {Quantity.Of(replaced, "token")} of turns. "
                    + "The summary is not shorter, so it is not used. Summarize more turns in one call, or request a shorter summary "
                    + "with -SummaryInstruction.");
        }
        notices.Verbose($"{writer} summarized {Quantity.Range("turn", from + 1, through)} (about {Quantity.Of(replaced, "token")}) in about "
            + $"{Quantity.Of(tokens, "token")}.");
        return new QwenSummary
        {
            Text = summary,
            LastTurn = through,
            Through = path[through - 1].Id,
            Model = writer,
            CreatedAt = ServiceClock.Of(connection.Address).GetUtcNow(),
            Usage = usage,
            EstimatedTokens = tokens,
            EstimatedTokensBefore = replaced,
        };
    }

    /// <summary>Summarizes texts with the model, in several calls if the texts are too long for one call.</summary>
    private async Task<(string Summary, QwenUsage? Usage)> ReadAsync(
        QwenContextPolicy policy, string writer, SummaryRequest request, string before, IReadOnlyList<string> texts, CancellationToken cancellation)
    {
        double room = Room(writer) - request.Frame;
        QwenUsage? usage = null;
        string summary = before;
        for (int halvings = 0; ; halvings++)
        {
            try
            {
                var pieces = new SummaryPieces(texts);
                while (pieces.Any)
                {
                    string said = pieces.Take(room - TokenCount.OfText(summary));
                    var reply = await AskAsync(policy, writer, request.Message(summary, said), cancellation).ConfigureAwait(false);
                    usage = Add(usage, reply.Usage);
                    if (WasCutOff(reply))
                    {
                        notices.Verbose($"{writer} wrote a summary that was truncated at {request.MaxTokens} tokens. Requesting a shorter summary.");
                        reply = await AskAsync(policy, writer, request.Shorter().Message(summary, said), cancellation).ConfigureAwait(false);
                        usage = Add(usage, reply.Usage);
                    }
                    summary = TextOf(reply, writer, request).Trim();
                }
                return (summary, usage);
            }
            catch (QwenException failure) when (failure.Kind == QwenErrorKind.ContextLengthExceeded && halvings < MostHalvings)
            {
                room = Math.Min(room, ErrorReader.TryReadInputLimit(failure, out int limit) ? limit * SafeShare : double.MaxValue) / 2;
                summary = before;
            }
        }
    }

    /// <summary>Returns the API for the calls: if possible, an API that neither keeps messages nor truncates long input.</summary>
    private QwenApi ApiOf(string model) =>
        connection.CompatibleUri is not null || ModelCatalogue.Find(model) is not { Apis.Count: > 0 } facts || facts.ApiKinds.Contains(QwenApi.ChatCompletions)
        ? QwenApi.ChatCompletions
        : ModelCatalogue.DefaultApi(model);

    private double Room(string model)
    {
        var facts = ModelCatalogue.Find(model);
        double? limit = ApiOf(model) == QwenApi.Responses ? PolicyCheck.SafeResponsesInput(facts) : facts?.MaxInputTokens ?? facts?.ContextWindow;
        return (limit ?? double.MaxValue) * SafeShare;
    }

    private async Task<QwenReply> AskAsync(QwenContextPolicy policy, string model, string message, CancellationToken cancellation)
    {
        var facts = ModelCatalogue.Find(model);
        var api = ApiOf(model);
        string instruction = policy.SummaryInstruction ?? SummaryRequest.DefaultInstruction;
        int? most = MostOutput(policy, facts);
        var options = new QwenOptions
        {
            Model = model,
            Instructions = instruction,
            Thinking = facts?.Thinking is "On" or "Off" ? QwenThinking.Off : null,
            MaxOutputTokens = most,
        };
        var asked = new QwenConversation(api, connection, options) { Stateless = api == QwenApi.Responses };
        var forecast = new Forecast((long)(TokenCount.OfText(instruction) + TokenCount.OfText(message)), most,
            new BillingTerms(model, connection.PriceRegion, ExplicitCache: false));
        var reserved = await bill.ReserveAsync(forecast, cancellation).ConfigureAwait(false);
        QwenReply? reply = null;
        try
        {
            await foreach (var delta in run(asked, new TurnRequest { Message = MessageDraft.OfText("user", message) }, notices, cancellation)
                .ConfigureAwait(false))
                reply = delta.Reply ?? reply;
            bill.Count(reply!.Usage, Pricing.TermsOf(reply.Turn, connection), CallPurpose.Summaries);
        }
        finally
        {
            CallBill.Release(reserved);
        }
        return reply;
    }

    /// <summary>Returns the maximum number of output tokens; null for no limit. A limit that includes thinking could leave no room for the summary.</summary>
    private static int? MostOutput(QwenContextPolicy policy, QwenModel? facts) =>
        facts is null ? policy.MaxSummaryTokens
        : facts.Thinking == "Only" && facts.TakesMaxCompletionTokens ? null
        : Math.Min(policy.MaxSummaryTokens ?? QwenContextPolicy.DefaultMaxSummaryTokens, facts.MaxOutputTokens ?? int.MaxValue);

    private static bool WasCutOff(QwenReply reply) => reply.State == QwenReplyState.Incomplete && !string.IsNullOrWhiteSpace(reply.Text);

    private static string TextOf(QwenReply reply, string model, SummaryRequest request) =>
        string.IsNullOrWhiteSpace(reply.Text) ? throw QwenException.OfContent($"{model} wrote an empty summary. Use a different model (-SummaryModel).")
        : reply.State != QwenReplyState.Completed ? throw QwenException.OfContent(
            $"The summary that {model} wrote exceeded {request.MaxTokens} tokens and was truncated. Increase -MaxSummaryTokens.")
        : reply.Text;

    private static QwenUsage? Add(QwenUsage? usage, QwenUsage? more) => more is null ? usage : usage is null ? more : usage + more;
}

internal delegate IAsyncEnumerable<QwenReplyDelta> RunTurn(QwenConversation conversation, TurnRequest request, NoticeQueue notices,
    CancellationToken cancellation);
