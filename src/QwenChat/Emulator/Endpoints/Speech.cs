namespace QwenChat.Emulator.Endpoints;

/// <summary>Generates the audio of a spoken answer: raw PCM, 24 kHz, mono, 16 bit (wire §6.5).</summary>
internal static class Speech
{
    private const int BytesPerSecond = 24_000 * 2;
    private const double TokensPerSecond = 12.5;
    private const double SecondsPerWord = 0.3;

    /// <summary>Returns the audio in chunks. Each chunk contains complete samples and is encoded in base64 separately.</summary>
    public static IEnumerable<string> Pieces(Generation generation) =>
        Sound(generation).Chunk(BytesPerSecond / 5).Select(Convert.ToBase64String);

    public static int Tokens(Generation generation) => (int)Math.Ceiling(Sound(generation).Length * TokensPerSecond / BytesPerSecond);

    private static byte[] Sound(Generation generation) =>
        generation.Audio ?? new byte[(int)(generation.TextPieces.Count * SecondsPerWord * BytesPerSecond) / 2 * 2];
}
