using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols.Json;

namespace QwenChat.Export;

/// <summary>Writes and reads context data in a conversation file: the summaries, and the range of turns in each request.</summary>
internal static class ContextFields
{
    public static void WriteSummaries(Utf8JsonWriter writer, IReadOnlyList<QwenSummary> summaries)
    {
        if (summaries.Count == 0)
            return;
        writer.WriteStartArray("summaries");
        foreach (var summary in summaries)
        {
            writer.WriteStartObject();
            writer.WriteNumber("lastTurn", summary.LastTurn);
            writer.WriteString("text", summary.Text);
            if (summary.Model is not null)
                writer.WriteString("model", summary.Model);
            writer.WriteString("createdAt", summary.CreatedAt);
            if (summary.KeepVerbatim is { } verbatim)
                writer.WriteNumber("keepVerbatim", verbatim);
            if (summary.Usage is { } usage)
            {
                writer.WritePropertyName("usage");
                ConversationWriter.WriteUsage(writer, usage);
            }
            writer.WriteNumber("estimatedTokens", summary.EstimatedTokens);
            writer.WriteNumber("estimatedTokensBefore", summary.EstimatedTokensBefore);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    public static IReadOnlyList<QwenSummary> ReadSummaries(CheckedJson state) => state.Member("summaries")?.Elements().Select(value => new QwenSummary
    {
        LastTurn = value.Required("lastTurn").Int32(1),
        Text = value.Required("text").Text(),
        Model = value.Member("model")?.Text(),
        CreatedAt = value.Required("createdAt").Time(),
        KeepVerbatim = value.Member("keepVerbatim")?.Int32(0),
        Usage = value.Member("usage") is { } usage ? ConversationReader.ReadUsage(usage) : null,
        EstimatedTokens = value.Member("estimatedTokens")?.Int64(0) ?? 0,
        EstimatedTokensBefore = value.Member("estimatedTokensBefore")?.Int64(0) ?? 0,
    }).ToArray() ?? [];

    public static void WriteSent(Utf8JsonWriter writer, SentContext? sent)
    {
        if (sent is null)
            return;
        writer.WriteStartObject("sent");
        writer.WriteNumber("first", sent.First);
        writer.WriteNumber("summarized", sent.Summarized);
        if (sent.Recalled)
            writer.WriteBoolean("recalled", true);
        writer.WriteNumber("counted", sent.Counted);
        writer.WriteEndObject();
    }

    public static SentContext? ReadSent(CheckedJson turn) => turn.Member("sent") is not { } value ? null : new SentContext(
        value.Required("first").Int32(0), value.Required("summarized").Int32(0), value.Member("recalled")?.Flag() ?? false, value.Required("counted").Number());
}
