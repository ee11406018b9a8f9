namespace QwenChat.Protocols;

/// <summary>The settings for an answer that is both written and spoken (wire §6.5).</summary>
/// <param name="Voice">The name of the voice, such as <c>Cherry</c>.</param>
/// <param name="Format">The audio format; only <c>wav</c> is documented.</param>
internal sealed record SpokenAnswer(string Voice, string Format)
{
    /// <summary>The WAV format. The audio chunks of a stream are samples without a header.</summary>
    public const string Wav = "wav";
}
