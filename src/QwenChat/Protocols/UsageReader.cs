using System.Text.Json;
using QwenChat.Protocols.Json;

namespace QwenChat.Protocols;

/// <summary>
/// Reads the token counts of all four APIs. The names of the counts differ (<c>prompt_tokens</c>, <c>input_tokens</c>). The details may be in
/// <c>…_details</c>, in the usage itself, or in <c>x_details</c> (wire §2.4, §4.2, §5.4). The outermost value takes precedence.
/// </summary>
internal static class UsageReader
{
    /// <summary>The maximum plausible count: a thousand times the largest context window. Sums of smaller counts do not overflow.</summary>
    private const long MaximumCount = 10_000_000_000;

    /// <summary>Reads the value of the current property; returns null if the value contains no counts.</summary>
    public static QwenUsage? Read(ref Utf8JsonReader reader)
    {
        if (!LenientJson.EnterObject(ref reader))
            return null;
        var counts = default(Counts);
        var nested = default(Counts);
        ReadObject(ref reader, ref counts, ref nested);
        return counts.Over(nested);
    }

    private static void ReadObject(ref Utf8JsonReader reader, ref Counts counts, ref Counts nested)
    {
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "input_tokens"u8) || LenientJson.Is(ref reader, "prompt_tokens"u8))
                counts.Input = Count(ref reader) ?? counts.Input;
            else if (LenientJson.Is(ref reader, "output_tokens"u8) || LenientJson.Is(ref reader, "completion_tokens"u8))
                counts.Output = Count(ref reader) ?? counts.Output;
            else if (LenientJson.Is(ref reader, "total_tokens"u8))
                counts.Total = Count(ref reader) ?? counts.Total;
            else if (LenientJson.Is(ref reader, "cached_tokens"u8))
                counts.Cached = Count(ref reader) ?? counts.Cached;
            else if (LenientJson.Is(ref reader, "reasoning_tokens"u8))
                counts.Reasoning = Count(ref reader) ?? counts.Reasoning;
            else if (LenientJson.Is(ref reader, "cache_creation_input_tokens"u8))
                counts.CacheCreation = Count(ref reader) ?? counts.CacheCreation;
            else if (LenientJson.Is(ref reader, "ephemeral_5m_input_tokens"u8))
                nested.CacheCreation ??= Count(ref reader);
            else if (LenientJson.Is(ref reader, "x_tools"u8) || LenientJson.Is(ref reader, "plugins"u8))
                counts.Tools = ToolUsageReader.Read(ref reader) ?? counts.Tools;
            else
                ReadNested(ref reader, ref counts, ref nested);
        }
    }

    /// <summary>
    /// Reads nested details, which are used only if the usage itself has none. Nested totals are ignored, because <c>x_details</c> repeats the totals for
    /// billing.
    /// </summary>
    private static void ReadNested(ref Utf8JsonReader reader, ref Counts counts, ref Counts nested)
    {
        bool isDetails = !reader.ValueIsEscaped && reader.ValueSpan.EndsWith("_tokens_details"u8);
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            var own = default(Counts);
            ReadObject(ref reader, ref own, ref nested);
            if (isDetails)
                counts.Fill(own);
            else
                nested.Fill(own);
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (LenientJson.NextObject(ref reader))
            {
                var own = default(Counts);
                ReadObject(ref reader, ref own, ref nested);
                nested.Fill(own);
            }
        }
    }

    /// <summary>Reads a count. Returns null if the count is negative or implausibly large.</summary>
    internal static long? Count(ref Utf8JsonReader reader) => LenientJson.Int64(ref reader) is >= 0 and <= MaximumCount and var count ? count : null;

    private struct Counts
    {
        public long? Input, Output, Total, Cached, Reasoning, CacheCreation;
        public QwenToolUsage? Tools;

        /// <summary>Copies missing details from a nested object. Totals are not copied, because they may cover only some of the tokens.</summary>
        public void Fill(in Counts other)
        {
            Cached ??= other.Cached;
            Reasoning ??= other.Reasoning;
            CacheCreation ??= other.CacheCreation;
            Tools ??= other.Tools;
        }

        public QwenUsage? Over(in Counts nested)
        {
            Fill(nested);
            if ((Input ?? Output ?? Total ?? Cached ?? Reasoning ?? CacheCreation) is null && Tools is null)
                return null;
            return new QwenUsage
            {
                InputTokens = Input,
                OutputTokens = Output,
                TotalTokens = Total,
                CachedTokens = Cached,
                ReasoningTokens = Reasoning,
                CacheCreationTokens = CacheCreation,
                Tools = Tools,
            };
        }
    }
}
