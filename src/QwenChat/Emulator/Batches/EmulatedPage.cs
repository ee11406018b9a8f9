using System.Globalization;
using QwenChat.Emulator.Http;

namespace QwenChat.Emulator.Batches;

/// <summary>A page of files or batches, selected by the query parameters <c>after</c>, <c>limit</c>, and a range of creation times (wire §11).</summary>
internal sealed record EmulatedPage<T>(IReadOnlyList<T> Items, bool HasMore)
{
    private static readonly string[] s_times = ["yyyyMMddHHmmss", "yyyyMMdd"];

    public static EmulatedPage<T> Of(IReadOnlyList<T> newestFirst, Func<T, string> idOf, Func<T, DateTimeOffset> timeOf, HttpRequest request, int usual,
        int most)
    {
        int limit = usual;
        if (request.QueryValue("limit") is { } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit < 1 || limit > most))
            throw ApiRefusal.ChatParameter($"Invalid 'limit': expected an integer from 1 to {most}, but got {text} instead.");
        var (from, to) = (Time(request, "create_after"), Time(request, "create_before"));
        var all = newestFirst.Where(item => !(timeOf(item) < from) && !(timeOf(item) > to)).ToList();
        int first = 0;
        if (request.QueryValue("after") is { Length: > 0 } after && (first = all.FindIndex(item => idOf(item) == after) + 1) == 0)
            throw ApiRefusal.ChatParameter($"Invalid 'after': '{after}' not found.");
        var page = all.Skip(first).Take(limit).ToArray();
        return new EmulatedPage<T>(page, first + page.Length < all.Count);
    }

    // The time zone of the creation times in a query is not documented; UTC is assumed [A25].
    private static DateTimeOffset? Time(HttpRequest request, string name)
    {
        if (request.QueryValue(name) is not { Length: > 0 } text)
            return null;
        return DateTimeOffset.TryParseExact(text, s_times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
            : throw ApiRefusal.ChatParameter($"Invalid '{name}': expected yyyyMMddHHmmss, but got {text} instead.");
    }
}
