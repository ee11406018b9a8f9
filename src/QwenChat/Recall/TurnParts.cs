using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using QwenChat.Vectors;

namespace QwenChat.Recall;

/// <summary>
/// The parts of a turn that recall searches and quotes. A long turn has several parts, so that each fact in it can be found and quoted alone. The parts and
/// their vectors are kept as long as the turn. Thread-safe.
/// </summary>
internal sealed class TurnParts
{
    /// <summary>The maximum number of characters in a part.</summary>
    public const int Longest = 1600;

    /// <summary>The number of characters that adjacent parts share, so that a fact at a border is complete in one of them.</summary>
    private const int Shared = 160;

    private static readonly ConditionalWeakTable<QwenTurn, TurnParts> s_parts = [];

    private static readonly SearchValues<char> s_sentenceEnds = SearchValues.Create(".!?。！？；");

    private readonly ConcurrentDictionary<EmbeddingSpace, float[]?[]> _vectors = [];

    private TurnParts(QwenTurn turn)
    {
        Texts = Split(turn.SpokenText);
        Ranked = Texts.Select((text, part) => new RecallText(turn.Number - 1, part, text) { Message = turn.Message }).ToArray();
    }

    /// <summary>The texts of the parts; empty for a turn without text.</summary>
    public IReadOnlyList<string> Texts { get; }

    public IReadOnlyList<RecallText> Ranked { get; }

    public bool IsLong => Texts.Count > 1;

    public static TurnParts Of(QwenTurn turn) => s_parts.GetValue(turn, static one => new TurnParts(one));

    /// <summary>Returns the unit vector of each part, or null for a part without a usable vector. Returns null if no vectors are known.</summary>
    public IReadOnlyList<float[]?>? FindVectors(EmbeddingSpace space) => _vectors.GetValueOrDefault(space);

    public void KeepVectors(EmbeddingSpace space, IReadOnlyList<float[]?> vectors) =>
        _vectors[space] = vectors.Select(vector => vector?.Length == space.Dimensions ? UnitVector.Of(vector, space) : null).ToArray();

    /// <summary>Splits a text at the ends of paragraphs, sentences or words.</summary>
    internal static IReadOnlyList<string> Split(string text)
    {
        var parts = new List<string>();
        for (int start = 0; start < text.Length;)
        {
            int end = start + Longest >= text.Length ? text.Length : Border(text, start + Longest / 2, start + Longest);
            parts.Add(text[start..end]);
            if (end == text.Length)
                break;
            int next = Border(text, end - Shared, end - Shared / 2);
            start = next > start ? next : end;
        }
        return parts;
    }

    /// <summary>Returns the last suitable position for a split in a range.</summary>
    private static int Border(string text, int from, int to)
    {
        var range = text.AsSpan(from, to - from);
        int at = range.LastIndexOf('\n');
        if (at < 0)
            at = range.LastIndexOfAny(s_sentenceEnds);
        if (at < 0)
            at = range.LastIndexOf(' ');
        int border = at < 0 ? to : from + at + 1;
        return char.IsLowSurrogate(text[border]) ? border - 1 : border;
    }
}
