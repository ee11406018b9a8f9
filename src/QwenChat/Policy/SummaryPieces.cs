using System.Text;
using QwenChat.Cost;

namespace QwenChat.Policy;

/// <summary>Splits texts into pieces of a limited size: several texts in one piece, or one text in several pieces.</summary>
internal sealed class SummaryPieces(IEnumerable<string> texts)
{
    /// <summary>The minimum size of a piece, in tokens.</summary>
    private const double LeastTokens = 200;

    private readonly LinkedList<string> _rest = new(texts);

    /// <summary>Whether more text remains.</summary>
    public bool Any => _rest.Count > 0;

    /// <summary>Returns the next piece, which has at most the specified number of tokens, or the minimum if that is larger.</summary>
    public string Take(double room)
    {
        room = Math.Max(LeastTokens, room);
        var piece = new StringBuilder();
        while (_rest.First?.Value is { } next)
        {
            double tokens = TokenCount.OfText(next);
            if (tokens > room)
            {
                if (piece.Length > 0)
                    break;
                string head = TokenCount.Cut(next, room);
                _rest.First.Value = QuotedText.Continuation + next[head.Length..];
                return head;
            }
            room -= tokens;
            piece.Append(next).Append('\n');
            _rest.RemoveFirst();
        }
        return piece.ToString();
    }
}
