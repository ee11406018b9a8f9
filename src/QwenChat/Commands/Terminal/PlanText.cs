using System.Globalization;
using System.Text;
using QwenChat.Text;

namespace QwenChat.Commands.Terminal;

/// <summary>Describes a request for <c>-WhatIf</c> and <c>-Confirm</c>.</summary>
internal static class PlanText
{
    /// <summary>Returns the planned request, in lines that are safe to display.</summary>
    public static string Of(QwenRequestPlan plan, QwenConversation conversation)
    {
        var context = plan.Context;
        var text = new StringBuilder();
        Line($"Request to {conversation.Model} through the {conversation.Api} API at {plan.Address}:");
        Line($"{plan.Body}");
        Line($"{Quantity.Of(plan.BodyBytes, "byte")}, about {Quantity.Of(plan.EstimatedInputTokens, "input token")}.");
        string withoutAnswer = conversation.Options.MaxOutputTokens is null ? " and the answer" : "";
        if (plan.EstimatedCost is { } cost)
            Line($"Estimated price: {cost:0.######} {plan.Currency}, excluding cache discounts{withoutAnswer}.");
        else
            Line($"Estimated price: unknown for {conversation.Model} at this address.");
        string others = $"{context.TurnsSummarized} summarized, {context.TurnsLeftOut} omitted";
        Line($"Earlier turns: {context.TurnsVerbatim} verbatim ({context.TurnsSent} of them in this request), {others}.");
        if (context.TurnsCut > 0)
            Line($"The service drops the middle of the request, which contains about {context.TurnsCut} of the turns.");
        string summaryModel = conversation.ContextPolicy?.SummaryModel ?? conversation.Model;
        const string Without = "This preview does not include";
        if (context.TurnsToSummarize > 0)
            Line($"Before the request is sent, {summaryModel} will summarize {context.TurnsToSummarize} of these turns. {Without} the summary.");
        if (context.EstimatedTokensSummarized is { } summarized)
            Line($"With the summary, the request will have about {summarized:N0} input tokens.");
        if (context.Recalled.Count > 0)
            Line($"Also recalled: {string.Join(", ", context.Recalled)}.");
        const string Older = "omitted or summarized turns";
        if (context.TurnsToRecall > 0)
            Line($"Before the request is sent, {Older} that are similar to the message are recalled, at most {context.TurnsToRecall}. {Without} them.");
        if (context.EstimatedTokensBefore is { } before)
            Line($"With all earlier turns in full, the request would have about {before:N0} input tokens.");
        if (context.PrefixBroken)
            text.Append("The request does not begin with the previous request, so the context cache saves little or nothing.");
        else if (context.CacheableTokens > 0)
            text.Append(CultureInfo.InvariantCulture,
                $"The first {context.CacheableTokens:N0} tokens were in the previous request; the context cache may contain them.");
        else
            text.Append("No part of the request can be in the context cache yet.");
        return SafeText.Show(text.ToString());

        void Line(FormattableString line) => text.AppendLine(FormattableString.Invariant(line));
    }
}
