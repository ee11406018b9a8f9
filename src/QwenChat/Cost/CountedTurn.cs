namespace QwenChat.Cost;

/// <summary>The local token counts of a turn, independent of the service's count.</summary>
/// <param name="Input">The tokens of the turn's input items and tool rounds in its last request, including message frames.</param>
/// <param name="Answer">The tokens of the reply's items, including message frames, without thinking.</param>
/// <param name="AnswerText">The tokens of the reply without message frames.</param>
/// <param name="HasMedia">True if the turn contains media, for which the number of tokens is only assumed.</param>
internal sealed record CountedTurn(double Input, double Answer, double AnswerText, bool HasMedia)
{
    /// <summary>The number of tokens that the turn adds to a later request.</summary>
    public double All => Input + Answer;
}
