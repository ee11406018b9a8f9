namespace QwenChat.Protocols;

/// <summary>That the answer is to be spoken as well as written (qwen-api §6.5).</summary>
/// <param name="Voice">Whose voice: <c>Cherry</c> …</param>
/// <param name="Format">How the audio is coded; <c>wav</c> is the one that is documented.</param>
internal sealed record SpokenAnswer(string Voice, string Format)
{
    /// <summary>The format whose pieces are samples without a header.</summary>
    public const string Wav = "wav";
}
