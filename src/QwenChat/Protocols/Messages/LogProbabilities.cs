using System.Text.Json;
using QwenChat.Protocols.Json;
using QwenChat.Streaming;

namespace QwenChat.Protocols.Messages;

/// <summary>The <c>logprobs</c> of one choice. Each chunk contains the log probabilities of its own tokens.</summary>
internal sealed class LogProbabilities
{
    private readonly List<(string List, byte[] Token)> _tokens = [];

    /// <summary>Reads the value of the current property, which is usually null.</summary>
    public void Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        if (!LenientJson.EnterObject(ref reader))
            return;
        while (LenientJson.NextProperty(ref reader))
        {
            string list = LenientJson.ReadText(ref reader);
            if (!LenientJson.EnterArray(ref reader))
                continue;
            while (LenientJson.NextObject(ref reader))
            {
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                _tokens.Add((list, json[start..(int)reader.BytesConsumed].ToArray()));
            }
        }
    }

    /// <summary>Reports the log probabilities as one item, if there are any.</summary>
    public void Tell(List<ChatDelta> deltas)
    {
        if (_tokens.Count == 0)
            return;
        byte[] value = JsonBytes.Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var list in _tokens.GroupBy(token => token.List))
            {
                writer.WriteStartArray(list.Key);
                foreach (var (_, token) in list)
                    writer.WriteRawValue(token, skipInputValidation: true);
                writer.WriteEndArray();
            }
            writer.WriteEndObject();
        });
        deltas.Add(new ChatDelta(ChatDeltaKind.Extra) { Item = ExtraItem.Of("logprobs", value) });
    }
}
