using System.Text.Json;

namespace QwenChat.Store;

/// <summary>
/// The boundary around everything that is made of a stored row: whatever a damaged value breaks becomes one error that names the conversation.
/// </summary>
internal static class UnreadableRow
{
    /// <summary>Whether an exception says that a value is not what its column should hold.</summary>
    public static bool Is(Exception failure) => failure is FormatException or InvalidCastException or JsonException or ArgumentException or OverflowException
        or InvalidOperationException or NotSupportedException or KeyNotFoundException;

    /// <summary>The error for a value that cannot be read.</summary>
    public static QwenException Explain(Exception failure) => new(QwenErrorKind.StoreIncompatible, $"A stored value is damaged: {failure.Message}", failure);

    /// <summary>The error for a row whose values contradict each other.</summary>
    public static QwenException Contradiction(string what) => new(QwenErrorKind.StoreIncompatible, $"A stored value is damaged: {what}");

    /// <summary>The error of one conversation that a store holds.</summary>
    public static QwenException OfConversation(string store, string id, Exception failure) => new(QwenErrorKind.StoreIncompatible,
        $"{(id.Length > 0 ? $"The conversation '{id}'" : "A conversation, and its id,")} in the store {store} cannot be read. "
            + $"{(failure is QwenException known ? known : Explain(failure)).Message} "
        + "Other conversations of the store are not affected. Restore this one from a copy of the store, or go on without it.", failure);
}
