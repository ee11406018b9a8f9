using QwenChat.Cost;
using QwenChat.Model;

namespace QwenChat.Storage;

/// <summary>The stored data of a turn from which its cost and later estimates are calculated.</summary>
internal sealed record TurnFacts(BillingTerms? Terms, QwenUsage? EstimatedUsage, SentContext? Sent, IReadOnlyList<QwenUsage>? Requests = null)
{
    public static TurnFacts Of(QwenTurn turn) => new(turn.Terms, turn.EstimatedUsage, turn.Sent, turn.Requests.Count > 0 ? turn.Requests : null);
}
