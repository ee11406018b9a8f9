using System.Globalization;

namespace QwenChat.Policy;

/// <summary>
/// Checks the length of a summary. A model that refuses to summarize, or that answers the conversation instead, usually writes only one sentence.
/// </summary>
internal static class SummaryCheck
{
    /// <summary>The minimum size of a summary, as a share of the tokens of the replaced turns.</summary>
    private const double LeastShare = 0.05;

    /// <summary>The minimum share with -SummaryInstruction, which is lower because the instruction may request a single line.</summary>
    private const double LeastShareAsAsked = 0.005;

    /// <summary>The size in tokens that is sufficient for any number of turns, and the typical size of a refusal.</summary>
    private const double Enough = 50, Sentence = 16;

    /// <summary>The maximum number of characters of a rejected summary that the error message quotes.</summary>
    private const int Shown = 80;

    /// <summary>Returns whether a summary is too short to replace the turns.</summary>
    /// <param name="tokens">The tokens of the summary.</param>
    /// <param name="replaced">The tokens of the replaced turns.</param>
    /// <param name="isAsAsked">Whether the policy has a -SummaryInstruction.</param>
    public static bool IsTooShort(long tokens, long replaced, bool isAsAsked) => tokens < (isAsAsked ? Math.Min(replaced * LeastShareAsAsked, Enough)
        : Math.Clamp(replaced * LeastShare, Math.Min(Sentence, replaced / 4.0), Enough));

    /// <summary>Returns the text to add to the prompt after a summary that was too short.</summary>
    public static string OnceMore(long replaced) => string.Create(CultureInfo.InvariantCulture,
        $" What you wrote before was too short: the summary stands for about {replaced:N0} tokens of conversation, which the assistant will not see. "
            + $"Summarising it is harmless, whatever it is about.");

    public static QwenException TooShort(string writer, string summary, long replaced) => QwenException.OfContent(string.Create(
        CultureInfo.InvariantCulture,
        $"{writer} twice wrote only \"{Beginning(summary)}\" for turns of about {replaced:N0} tokens. This text cannot replace the turns. Use a different "
            + $"model (-SummaryModel), or describe the summary (-SummaryInstruction)."));

    public static string Beginning(string summary) => summary.Length <= Shown ? summary : summary[..Shown].TrimEnd() + "…";
}
