using System.Text;
using QwenChat.Cost;

namespace QwenChat.Policy;

/// <summary>Cuts texts into pieces that a model has room for: several texts in a piece, or one text in several pieces.</summary>
internal sealed class SummaryPieces(IEnumerable<string> texts)
{
    /// <summary>A limit below would cut the text into crumbs.</summary>
    private const double LeastTokens = 200;

    private readonly LinkedList<string> _rest = new(texts);

    /// <summary>Whether there is more.</summary>
    public bool Any => _rest.Count > 0;

    /// <summary>Takes the next piece.</summary>
    /// <param name="room">The tokens that there is room for.</param>
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
