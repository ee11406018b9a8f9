using System.Globalization;

namespace QwenChat.Policy;

/// <summary>
/// Whether a text can be the summary of turns. A model that refuses to summarise, or answers the conversation instead, writes a sentence; taken for the
/// summary, it would stand for all that was said.
/// </summary>
internal static class SummaryCheck
{
    /// <summary>The share of the turns that a summary is expected to have at least.</summary>
    private const double LeastShare = 0.05;

    /// <summary>The same where the user says what the summary is to be like, which may be a line.</summary>
    private const double LeastShareAsAsked = 0.005;

    /// <summary>So many tokens are enough for any number of turns, and about as many are in a refusal.</summary>
    private const double Enough = 50, Sentence = 16;

    /// <summary>How much of a refused summary is shown.</summary>
    private const int Shown = 80;

    /// <summary>Whether a summary is too short to stand for what it replaces.</summary>
    /// <param name="tokens">The tokens of the summary.</param>
    /// <param name="replaced">The tokens of what it replaces.</param>
    /// <param name="isAsAsked">Whether the user says what the summary is to be like.</param>
    public static bool IsTooShort(long tokens, long replaced, bool isAsAsked) => tokens < (isAsAsked ? Math.Min(replaced * LeastShareAsAsked, Enough)
        : Math.Clamp(replaced * LeastShare, Math.Min(Sentence, replaced / 4.0), Enough));

    /// <summary>What is said when the model is asked once more.</summary>
    public static string OnceMore(long replaced) => string.Create(CultureInfo.InvariantCulture,
        $" What you wrote before was too short: the summary stands for about {replaced:N0} tokens of conversation, which the assistant will not see. "
            + $"Summarising it is harmless, whatever it is about.");

    /// <summary>The error of a summary that is still too short.</summary>
    public static QwenException TooShort(string writer, string summary, long replaced) => new(QwenErrorKind.ProtocolError, string.Create(
        CultureInfo.InvariantCulture,
        $"{writer} wrote, twice, only \"{Beginning(summary)}\" for turns of about {replaced:N0} tokens, which cannot stand for them. Have another model "
            + $"write it (-SummaryModel), or say what it is to be like (-SummaryInstruction)."));

    /// <summary>The beginning of a summary, for a message.</summary>
    public static string Beginning(string summary) => summary.Length <= Shown ? summary : summary[..Shown].TrimEnd() + "…";
}
