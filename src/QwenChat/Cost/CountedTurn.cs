namespace QwenChat.Cost;

/// <summary>A turn's tokens as they were counted here, without the service's help.</summary>
/// <param name="Input">Those of the items in its last request: the user side's, and the rounds of tools. Frames are included.</param>
/// <param name="Answer">Those of the answer's items, frames included, without thinking.</param>
/// <param name="AnswerText">Those of the answer, without frames.</param>
/// <param name="HasMedia">True when media are in it, whose tokens were guessed.</param>
internal sealed record CountedTurn(double Input, double Answer, double AnswerText, bool HasMedia)
{
    /// <summary>What the turn takes in a later request.</summary>
    public double All => Input + Answer;
}
