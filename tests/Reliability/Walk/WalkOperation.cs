namespace QwenChat.Tests.Reliability.Walk;

/// <summary>
/// One step of a walk. Its numbers determine the conversation, the fault and all other details, so that a sequence can be replayed without
/// some of its steps.
/// </summary>
/// <param name="Kind">The operation.</param>
/// <param name="Target">Chooses the conversation.</param>
/// <param name="A">Chooses a detail.</param>
/// <param name="B">Chooses another detail.</param>
public sealed record WalkOperation(string Kind, int Target, int A, int B)
{
    // The relative frequency of each kind of step.
    private static readonly (string Kind, int Weight)[] s_weights =
    [
        ("send", 20), ("stream", 5), ("stop", 6), ("fault", 12), ("add", 7), ("addmany", 1), ("addfault", 4), ("undo", 7), ("undofault", 3), ("remove", 4),
            ("removefault", 2),
        ("instructions", 3), ("metadata", 2), ("branch", 3), ("copy", 3), ("move", 3), ("file", 3), ("store", 6), ("resume", 5), ("twin", 6), ("attach", 5),
            ("process", 4),
        ("advance", 3), ("lose", 3), ("drop", 2), ("dropfault", 2), ("late", 3), ("new", 2),
    ];

    private static readonly string[] s_deck = [.. s_weights.SelectMany(one => Enumerable.Repeat(one.Kind, one.Weight))];

    public static WalkOperation[] Make(Random random, int count) =>
        Enumerable.Range(0, count).Select(_ => new WalkOperation(s_deck[random.Next(s_deck.Length)], random.Next(100), random.Next(1000), random.Next(1000)))
        .ToArray();

    public override string ToString() => $"{Kind} {Target} {A} {B}";

    /// <summary>Reads the output of <see cref="ToString"/>, one step per line.</summary>
    public static WalkOperation[] Parse(string lines) =>
        lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line =>
    {
        string[] words = line.Split(' ');
        return new WalkOperation(words[0], int.Parse(words[1], null), int.Parse(words[2], null), int.Parse(words[3], null));
    }).ToArray();
}
