using System.Security.Cryptography;
using System.Text;

namespace QwenChat.Model;

/// <summary>
/// A change to a conversation object, recorded before its first request is sent, and removed when the outcome is known. While an addition is pending, the
/// object may contain items that are not in the transcript, and may contain items twice. While a removal is pending, items of the transcript may be
/// missing from the object.
/// </summary>
/// <param name="Id">Identifies the intent, even across processes.</param>
/// <param name="Marks">The hashes of the items, from <see cref="MarkOf"/>, in order.</param>
/// <param name="IsTurn">Whether a reply may follow the items.</param>
/// <param name="After">The id of the newest known item in the object before the request; null if the object had no items, or if no id is known.</param>
/// <param name="SentAt">The time when the request was sent, in UTC.</param>
internal sealed record WriteIntent(string Id, IReadOnlyList<string> Marks, bool IsTurn, string? After, DateTimeOffset SentAt)
{
    /// <summary>The maximum time that the service may take to process a request whose response was lost: the longest response timeout.</summary>
    public static readonly TimeSpan LongestArrival = TimeSpan.FromMinutes(10);

    /// <summary>True if the change removes items; false if it adds items.</summary>
    public bool IsRemoval { get; init; }

    /// <summary>True while the response is awaited.</summary>
    public bool IsUnderWay { get; init; }

    /// <summary>True if the service reported that the request failed. Matching items in the object are then not attributed to this request.</summary>
    public bool IsRefused { get; init; }

    /// <summary>True if the object was read and did not contain the items. The items were then added again, and the first copies may still appear.</summary>
    public bool WasMissed { get; init; }

    /// <summary>The known ids of the items.</summary>
    public IReadOnlyList<string> ItemIds { get; init; } = [];

    /// <summary>Returns whether the items may still appear in the conversation object.</summary>
    public bool MayArrive(DateTimeOffset now) => !IsRefused && now < SentAt + LongestArrival;

    /// <summary>Returns a hash of an item's type, role and text.</summary>
    public static string MarkOf(QwenItem item) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{item.Type}\n{item.Role}\n{item.Text}")));
}
