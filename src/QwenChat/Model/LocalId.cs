using System.Globalization;

namespace QwenChat.Model;

/// <summary>
/// Creates the ids of conversations and items that have no id from the service. The ids are not secret, so a fast random generator is used. The system's
/// cryptographic generator would take longer than all other steps of creating an item.
/// </summary>
internal static class LocalId
{
    public static string ForConversation() => string.Create(CultureInfo.InvariantCulture, $"local_{Digits():x16}{Digits():x16}");

    public static string ForItem() => string.Create(CultureInfo.InvariantCulture, $"item_{Digits():x16}");

    private static ulong Digits()
    {
        ulong digits = 0;
        Random.Shared.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(new Span<ulong>(ref digits)));
        return digits;
    }
}
