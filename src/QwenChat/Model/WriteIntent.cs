using System.Security.Cryptography;
using System.Text;

namespace QwenChat.Model;

/// <summary>
/// A change of a conversation object, recorded before its requests are sent and settled when their outcome is known. As long as a request that adds
/// items is open, the service may hold one copy of them that the transcript does not account for; as long as a removal is open, items of the
/// transcript may be missing there.
/// </summary>
/// <param name="Id">Tells it from other intents, also in other processes.</param>
/// <param name="Marks">What the items say, as <see cref="MarkOf"/>, in order.</param>
/// <param name="IsTurn">Whether an answer may follow the items.</param>
/// <param name="After">The id of the newest item known to be in the object at the time; null when it had none, or none is known.</param>
/// <param name="SentAt">When the request was sent, UTC.</param>
internal sealed record WriteIntent(string Id, IReadOnlyList<string> Marks, bool IsTurn, string? After, DateTimeOffset SentAt)
{
    /// <summary>How long the service may take to carry out a request whose answer was lost: the longest time-out of an answer.</summary>
    public static readonly TimeSpan LongestArrival = TimeSpan.FromMinutes(10);

    /// <summary>True for a removal: nothing is added.</summary>
    public bool IsRemoval { get; init; }

    /// <summary>True while someone waits for the answer.</summary>
    public bool IsUnderWay { get; init; }

    /// <summary>True when the service itself answered that the request failed. What looks like it is then not taken for it.</summary>
    public bool IsRefused { get; init; }

    /// <summary>True when a look did not find the items. Those of the transcript were added again then, and the first copy may still arrive.</summary>
    public bool WasMissed { get; init; }

    /// <summary>The ids of the items, as far as they are known.</summary>
    public IReadOnlyList<string> ItemIds { get; init; } = [];

    /// <summary>Whether the items may still appear.</summary>
    public bool MayArrive(DateTimeOffset now) => !IsRefused && now < SentAt + LongestArrival;

    /// <summary>What an item says, in few bytes.</summary>
    public static string MarkOf(QwenItem item) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{item.Type}\n{item.Role}\n{item.Text}")));
}
