using System.Text.Json;

namespace QwenChat.Tests.Cost;

/// <summary>A text sample with its number of tokens in the public Qwen3 vocabulary, counted by tests/Benchmarks/Tokens.ps1.</summary>
/// <param name="Kind">The language, or the kind of text.</param>
/// <param name="Fitted">Whether the constants of the token count were fitted to this sample. Other samples only verify the constants.</param>
/// <param name="Tokens">The number of tokens.</param>
/// <param name="Text">The text.</param>
internal sealed record TokenSample(string Kind, bool Fitted, int Tokens, string Text)
{
    public static IReadOnlyList<TokenSample> All { get; } = JsonSerializer.Deserialize<TokenSample[]>(
        File.ReadAllBytes(Path.Combine(TestFiles.Root, "tests", "Unit", "Cost", "token-samples.json")), JsonSerializerOptions.Web)!;
}
