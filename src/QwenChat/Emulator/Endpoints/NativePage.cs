using System.Globalization;
using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Endpoints;

/// <summary>A page of a list in the native API (wire §19). The error for an invalid page is assumed, because it is not documented [A29].</summary>
internal static class NativePage
{
    private const int UsualSize = 20, LargestSize = 200;

    public static BodyAnswer Of(ApiCall call, string member, IReadOnlyList<Func<JsonObject>> entries)
    {
        int number = Read(call, "page_no", 1, int.MaxValue), size = Read(call, "page_size", UsualSize, LargestSize);
        var page = entries.Skip((int)Math.Min((number - 1L) * size, int.MaxValue)).Take(size);
        return BodyAnswer.Json(200, new JsonObject
        {
            ["code"] = null,
            ["message"] = null,
            ["success"] = true,
            ["output"] = new JsonObject
            {
                ["total"] = entries.Count,
                ["page_no"] = number,
                ["page_size"] = size,
                [member] = new JsonArray([.. page.Select(entry => (JsonNode)entry())]),
            },
            ["request_id"] = call.RequestId,
        });
    }

    private static int Read(ApiCall call, string name, int usual, int most)
    {
        if (call.Request.QueryValue(name) is not { } text)
            return usual;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most ? number
            : throw ApiRefusal.Parameter($"The parameter {name} must be in [1, {most}].");
    }
}
