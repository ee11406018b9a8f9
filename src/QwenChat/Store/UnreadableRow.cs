using System.Text.Json;

namespace QwenChat.Store;

/// <summary>Creates errors for damaged values in a row. Every kind of damage leads to the same error, which names the conversation.</summary>
internal static class UnreadableRow
{
    /// <summary>Returns whether an exception means that a stored value is invalid.</summary>
    public static bool Is(Exception failure) => failure is FormatException or InvalidCastException or JsonException or ArgumentException or OverflowException
        or InvalidOperationException or NotSupportedException or KeyNotFoundException;

    public static QwenException Explain(Exception failure) => new(QwenErrorKind.StoreIncompatible, $"A stored value is damaged: {failure.Message}", failure);

    public static QwenException Contradiction(string what) => new(QwenErrorKind.StoreIncompatible, $"A stored value is damaged: {what}");

    public static QwenException OfConversation(string store, string id, Exception failure) => new(QwenErrorKind.StoreIncompatible,
        $"{(id.Length > 0 ? $"The conversation '{id}'" : "A conversation and its id")} in the store {store} cannot be read. "
            + $"{(failure is QwenException known ? known : Explain(failure)).Message.TrimEnd('.')}. "
        + "Other conversations in the store are not affected. Restore this conversation from a copy of the store, or continue without it.", failure);
}
