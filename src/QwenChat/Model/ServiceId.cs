using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace QwenChat.Model;

/// <summary>
/// Validates service ids: response, conversation and item ids. Ids come from users, files, stores and servers, and become path segments, where
/// <c>..</c>, slashes and backslashes would lead to another resource.
/// </summary>
internal static class ServiceId
{
    /// <summary>The maximum length of an id. The service's ids have about 50 characters (wire §2.3).</summary>
    private const int MaximumLength = 256;

    private const int ShownLength = 80;

    private static readonly SearchValues<char> s_characters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");

    /// <summary>
    /// Returns whether a string consists of letters, digits, <c>_</c>, <c>-</c> and <c>.</c>, and is not the folder name <c>.</c> or <c>..</c>.
    /// </summary>
    public static bool IsValid([NotNullWhen(true)] string? id) =>
        id is { Length: > 0 and <= MaximumLength } && id is not ("." or "..") && id.AsSpan().IndexOfAnyExcept(s_characters) < 0;

    /// <summary>Returns the id if it is valid.</summary>
    /// <exception cref="QwenException">The string cannot be an id.</exception>
    public static string Checked(string? id) => IsValid(id) ? id : throw new QwenException(QwenErrorKind.InvalidRequest,
        $"'{Shown(id)}' is not a valid service id. An id consists of 1 to {MaximumLength} letters, digits, '_', '-' and '.'. No request was sent.");

    /// <summary>Returns the beginning of an invalid id, for a message.</summary>
    public static string Shown(string? id) => id is null || id.Length <= ShownLength ? id ?? "" : id[..ShownLength] + "…";
}
