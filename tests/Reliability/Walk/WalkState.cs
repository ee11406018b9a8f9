namespace QwenChat.Tests.Reliability.Walk;

/// <summary>The state of a conversation as text: <c>role|text</c> for each message.</summary>
internal sealed record WalkState
{
    public required string[][] Turns { get; init; }

    /// <summary>The number of input messages of each turn.</summary>
    public required int[] Inputs { get; init; }

    public required string[] Pending { get; init; }

    /// <summary>The stopped answers, which may be longer on the service.</summary>
    public required string[] Stopped { get; init; }

    public string? Instructions { get; init; }

    /// <summary>The id of the conversation object on the service; null if there is none.</summary>
    public string? ObjectId { get; init; }

    /// <summary>The id of the row in the store; null if there is none.</summary>
    public string? RowId { get; init; }

    public IEnumerable<string> All => Turns.SelectMany(turn => turn).Concat(Pending);

    public static WalkState Of(QwenConversation conversation) => new()
    {
        Turns = conversation.Turns.Select(turn => Texts(turn.Items)).ToArray(),
        Inputs = conversation.Turns.Select(turn => Texts(turn.Items.Take(turn.InputCount)).Length).ToArray(),
        Pending = Texts(conversation.Pending),
        Stopped = conversation.Turns.Where(turn => turn.State == QwenReplyState.Interrupted).Select(turn => "assistant|" + turn.Text).ToArray(),
        Instructions = conversation.Instructions,
        ObjectId = conversation.Held?.Id,
        RowId = conversation.Place?.Id,
    };

    private static string[] Texts(IEnumerable<QwenItem> items) =>
        items.Where(item => item.Type == "message").Select(item => $"{item.Role}|{item.Text}").ToArray();
}
