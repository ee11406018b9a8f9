using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Protocols;

namespace QwenChat.Recall;

/// <summary>The recalled turns of one request, and the text that presents them to the model.</summary>
/// <param name="Turns">The turns, in the conversation's order.</param>
/// <param name="Text">The text: the turns, or excerpts of long turns, marked as recalled.</param>
internal sealed record RecalledText(IReadOnlyList<QwenRecalledTurn> Turns, string Text)
{
    /// <summary>The text before the turns.</summary>
    public const string Heading =
        "Recalled from earlier in this conversation, because it may bear on the newest message. These turns were said before, and are not part of that "
            + "message. " + QuotedText.IsData;

    /// <summary>Replaces <see cref="Heading"/> if some turns are from other conversations.</summary>
    private const string HeadingOfOthers =
        "Recalled from earlier in this conversation and from other conversations, because it may bear on the newest message. These turns were said before, "
            + "and are not part of that message. " + QuotedText.IsData;

    /// <summary>The maximum number of characters of a conversation name; longer names are truncated.</summary>
    private const int LongestName = 80;

    /// <summary>The text around the turns.</summary>
    public static string Frame { get; } = Framed("");

    private const string Tag = "recalled";

    /// <summary>The recalled text as a separate message; empty if the text is at the end of the instructions.</summary>
    public IReadOnlyList<QwenItem> Message { get; init; } = [];

    /// <summary>Creates the text from as many of the found turns as fit, best first; null if no turn fits.</summary>
    /// <param name="path">The turns.</param>
    /// <param name="end">
    /// The index after the last turn that may be recalled. A tool call and its result are either both before this index or both after it.
    /// </param>
    /// <param name="found">The found turns.</param>
    /// <param name="protocol">Reads the turns.</param>
    /// <param name="tokens">Counts the tokens of a text.</param>
    /// <param name="room">The maximum number of tokens of the text.</param>
    public static RecalledText? Make(TurnPath path, int end, RecallResult found, IChatProtocol protocol, Func<string, double> tokens, double room)
    {
        var chosen = new SortedDictionary<int, (QwenRecalledTurn Turn, string Text)>();
        double left = room - tokens(Frame);
        foreach (var hit in found.Hits)
        {
            if (hit.Index >= end)
            {
                var (turn, quoted) = Quote(found.Others[hit.Index - end], hit);
                if (tokens(quoted) <= left)
                {
                    left -= tokens(quoted);
                    chosen.Add(hit.Index, (turn, quoted));
                }
                continue;
            }
            var (first, last) = Together(path, end, hit.Index);
            var added = new List<(int Index, string Said, string Text)>();
            for (int index = first; index <= last; index++)
            {
                if (!chosen.ContainsKey(index))
                    added.Add(Quote(path[index], index, index == hit.Index ? hit.Part : 0, protocol));
            }
            double size = added.Sum(one => tokens(one.Text));
            if (size > left)
                continue;
            left -= size;
            foreach (var (index, said, text) in added)
                chosen.Add(index,
                    (new QwenRecalledTurn { Turn = index + 1, Score = hit.Score, Mode = hit.Mode.ToString(), Text = said }, text));
        }
        return chosen.Count == 0 ? null
            : new RecalledText(chosen.Values.Select(one => one.Turn).ToArray(),
                Framed(string.Join('\n', chosen.Values.Select(one => one.Text)).TrimEnd(), chosen.Keys.Max() >= end));
    }

    private static string Framed(string turns, bool hasOthers = false) =>
        (hasOthers ? HeadingOfOthers : Heading) + "\n\n" + QuotedText.Fence(Tag, turns);

    /// <summary>Quotes a turn of another conversation, marked with the conversation's name.</summary>
    private static (QwenRecalledTurn Turn, string Text) Quote(OtherTurn other, RecallHit hit)
    {
        string said = other.Parts[hit.Part], excerpt = other.Parts.Count > 1 ? ", an excerpt" : "";
        var turn = new QwenRecalledTurn
        {
            Conversation = other.Conversation,
            Turn = other.Found.Number,
            Score = hit.Score,
            Mode = hit.Mode.ToString(),
            Text = said,
        };
        return (turn, $"[Conversation \"{Label(other.Conversation)}\", turn {other.Found.Number}{excerpt}]\n{QuotedText.Lines(said.Trim())}\n");
    }

    /// <summary>Returns a name without characters that could pass for markup, because imported conversations may have any name.</summary>
    private static string Label(string name)
    {
        string label = new([.. QuotedText.WithoutTags(name).Select(c => char.IsControl(c) || c is '[' or ']' or '"' or '\u2028' or '\u2029' ? ' ' : c)]);
        return label.Length > LongestName ? label[..LongestName] + "…" : label;
    }

    /// <summary>Quotes a complete turn, or the part of a long turn that was found.</summary>
    private static (int Index, string Said, string Text) Quote(QwenTurn turn, int index, int part, IChatProtocol protocol)
    {
        string said = turn.SpokenText;
        string transcript = PlainTranscript.Of(turn, protocol);
        if (TurnParts.Of(turn) is { IsLong: true } parts)
            (said, transcript) = (parts.Texts[part], QuotedText.Lines(parts.Texts[part].Trim()));
        else if (transcript.Length > 2 * TurnParts.Longest)
            transcript = TurnParts.Split(transcript)[0]; // a long tool result
        else
            return (index, said, $"[Turn {index + 1}]\n{transcript}");
        return (index, said, $"[Turn {index + 1}, an excerpt]\n{transcript.Trim()}\n");
    }

    /// <summary>Returns the range of turns to recall together with a turn, so that no tool call is separated from its result.</summary>
    private static (int First, int Last) Together(TurnPath path, int end, int index)
    {
        int last = index;
        while (last + 1 < end && CallPairs.AtOrBefore(path, [], last + 1) <= last)
            last++;
        return (CallPairs.AtOrBefore(path, [], index), last);
    }
}
