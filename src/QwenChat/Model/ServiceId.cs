using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace QwenChat.Model;

/// <summary>
/// Which texts can be an id that the service gave: of a response, a conversation, an item. Ids come from users, files, stores and
/// servers, and become segments of paths, where <c>..</c>, slashes and backslashes would lead to another resource.
/// </summary>
internal static class ServiceId
{
    /// <summary>The service's have about 50 characters (qwen-api §2.3).</summary>
    private const int MaximumLength = 256;

    private const int ShownLength = 80;

    private static readonly SearchValues<char> s_characters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");

    /// <summary>Letters, digits, <c>_</c>, <c>-</c> and <c>.</c>, but not dots that mean a folder.</summary>
    public static bool IsValid([NotNullWhen(true)] string? id) =>
        id is { Length: > 0 and <= MaximumLength } && id is not ("." or "..") && id.AsSpan().IndexOfAnyExcept(s_characters) < 0;

    /// <summary>Refuses what cannot be an id.</summary>
    /// <exception cref="QwenException">It cannot be one.</exception>
    public static string Checked(string? id) => IsValid(id) ? id : throw new QwenException(QwenErrorKind.InvalidRequest,
        $"'{Shown(id)}' cannot be an id of the service: those have 1 to {MaximumLength} letters, digits, '_', '-' and '.'. Nothing was sent.");

    /// <summary>The beginning of a text that is no id, for a message.</summary>
    public static string Shown(string? id) => id is null || id.Length <= ShownLength ? id ?? "" : id[..ShownLength] + "…";
}
