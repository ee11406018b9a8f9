using System.Text.Json;

namespace QwenChat.Benchmarks;

/// <summary>Reads the text from an API's answers.</summary>
internal sealed class BareAnswer(string api)
{
    public string Text(JsonElement answer) => api switch
    {
        "ChatCompletions" => answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!,
        "DashScope" => answer.GetProperty("output").GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!,
        _ => answer.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString()!,
    };

    /// <summary>Returns the text of an event; null for an event without text.</summary>
    public string? Piece(JsonElement data) => api switch
    {
        "ChatCompletions" => data.GetProperty("choices") is var choices && choices.GetArrayLength() > 0
            ? choices[0].GetProperty("delta").GetProperty("content").GetString() : null,
        "DashScope" => data.GetProperty("output").GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(),
        _ => data.GetProperty("type").ValueEquals("response.output_text.delta") ? data.GetProperty("delta").GetString() : null,
    };
}
