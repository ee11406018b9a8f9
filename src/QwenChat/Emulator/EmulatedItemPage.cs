using System.Globalization;
using System.Text.Json.Nodes;
using QwenChat.Emulator.Http;

namespace QwenChat.Emulator;

/// <summary>
/// A page of an item list (wire §2.7, §3). The query parameters <c>after</c>, <c>limit</c> (1 to 100, by default 20) and <c>order</c> (by default
/// newest first) select the page.
/// </summary>
internal sealed record EmulatedItemPage(IReadOnlyList<EmulatedItem> Items, bool HasMore)
{
    public static EmulatedItemPage Of(IReadOnlyList<EmulatedItem> oldestFirst, HttpRequest request)
    {
        int limit = ReadLimit(request.QueryValue("limit"));
        string order = request.QueryValue("order") ?? "desc";
        // The service's messages for invalid query parameters are not documented; they are assumed to match OpenAI's [A11].
        if (order is not ("asc" or "desc"))
            throw ApiRefusal.Parameter($"Invalid 'order': {order}. Supported values are: ('asc','desc').");
        IReadOnlyList<EmulatedItem> ordered = order == "asc" ? oldestFirst : oldestFirst.Reverse().ToArray();
        int from = 0;
        if (request.QueryValue("after") is { Length: > 0 } after)
        {
            from = ordered.ToList().FindIndex(item => item.Id == after) + 1;
            if (from == 0)
                throw ApiRefusal.Parameter($"Item with id '{after}' not found.");
        }
        var page = ordered.Skip(from).Take(limit).ToArray();
        return new EmulatedItemPage(page, from + page.Length < ordered.Count);
    }

    /// <summary>Returns the JSON members that are common to the item lists of all APIs.</summary>
    public JsonObject ToJson() => new()
    {
        ["data"] = new JsonArray(Items.Select(item => item.Json.DeepClone()).ToArray()),
        ["first_id"] = Items.Count > 0 ? Items[0].Id : null,
        ["has_more"] = HasMore,
        ["last_id"] = Items.Count > 0 ? Items[^1].Id : null,
    };

    private static int ReadLimit(string? text)
    {
        if (text is null)
            return 20;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int limit) || limit < 1)
            throw ApiRefusal.Parameter($"Invalid 'limit': integer below minimum value. Expected a value >= 1, but got {text} instead.");
        return limit <= 100 ? limit
            : throw ApiRefusal.Parameter($"Invalid 'limit': integer above maximum value. Expected a value <= 100, but got {text} instead.");
    }
}
