namespace QwenChat.Recall;

/// <summary>The kinds of facts that a question asks for, or that a text contains.</summary>
[Flags]
internal enum AnswerKinds
{
    None = 0,

    Number = 1,

    /// <summary>A date, a day or a time of day.</summary>
    Time = 2,

    /// <summary>The name of a person or a thing.</summary>
    Name = 4,

    Reason = 8,
}
