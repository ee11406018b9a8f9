using System.Text.Json;

namespace QwenChat.Tests.Cost;

/// <summary>A text with its number of tokens in the public Qwen3 vocabulary. tests/Benchmarks/Tokens.ps1 counts them.</summary>
/// <param name="Kind">The language, or the kind of text.</param>
/// <param name="Fitted">Whether the figures of the count were fitted to it; the others only check them.</param>
/// <param name="Tokens">The tokens.</param>
/// <param name="Text">The text.</param>
internal sealed record TokenSample(string Kind, bool Fitted, int Tokens, string Text)
{
    public static IReadOnlyList<TokenSample> All { get; } = JsonSerializer.Deserialize<TokenSample[]>(
        File.ReadAllBytes(Path.Combine(TestFiles.Root, "tests", "Unit", "Cost", "token-samples.json")), JsonSerializerOptions.Web)!;
}
