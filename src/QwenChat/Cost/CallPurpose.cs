namespace QwenChat.Cost;

/// <summary>The purposes of requests, as strings, because ConvertTo-Json writes an enum as a number.</summary>
internal static class CallPurpose
{
    /// <summary>Messages and replies.</summary>
    public const string Turns = "Turns";

    /// <summary>Summaries of older turns.</summary>
    public const string Summaries = "Summaries";

    /// <summary>Embeddings of turns and messages.</summary>
    public const string Embeddings = "Embeddings";
}
