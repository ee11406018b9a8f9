using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace QwenChat.Commands;

/// <summary>Reads a message from what a script makes of one: <c>@{ role = 'user'; content = 'Hello' }</c>, an object with such members, or a <see cref="QwenItem"/>.</summary>
internal static class ItemObject
{
    private static readonly string[] s_roles = ["user", "assistant", "system", "developer"];

    public static MessageDraft ReadMessage(object item)
    {
        object plain = (item as PSObject)?.BaseObject ?? item;
        if (plain is string text)
            return MessageDraft.OfText("user", text);
        string? type = Member(item, "type") as string;
        if (type is not (null or "message"))
            throw new QwenException(QwenErrorKind.InvalidRequest, $"An item of type '{type}' cannot be added: the service takes messages only, with a role and a content.");
        if (Member(item, "role") is not string role || Member(item, "content") is not { } content)
            throw new QwenException(QwenErrorKind.InvalidRequest, "An item has a role and a content: @{ role = 'user'; content = 'Hello' }.");
        role = role.ToLowerInvariant();
        if (!s_roles.Contains(role))
            throw new QwenException(QwenErrorKind.InvalidRequest, $"'{role}' is no role of a message. The roles are {string.Join(", ", s_roles)}.");
        return new MessageDraft(role, ReadParts(content));
    }

    private static List<DraftPart> ReadParts(object content)
    {
        object plain = (content as PSObject)?.BaseObject ?? content;
        if (plain is string text)
            return [DraftPart.OfText(text)];
        if (plain is not IEnumerable parts || plain is IDictionary)
            return [ReadPart(content)];
        return parts.Cast<object>().Select(ReadPart).ToList();
    }

    private static DraftPart ReadPart(object part)
    {
        if (((part as PSObject)?.BaseObject ?? part) is string plainText)
            return DraftPart.OfText(plainText);
        if (Member(part, "text") is { } text)
            return DraftPart.OfText(Convert.ToString(text, CultureInfo.InvariantCulture)!);
        foreach (string kind in (ReadOnlySpan<string>)["image", "video", "audio", "file"])
        {
            object? address = Member(part, kind + "_url") ?? Member(part, kind);
            if (address is not null)
                return new DraftPart(kind, Convert.ToString(Member(address, "url") ?? address, CultureInfo.InvariantCulture)!);
        }
        throw new QwenException(QwenErrorKind.InvalidRequest, "A part of an item's content has a text, or an image_url, video_url, audio_url or file_url.");
    }

    private static object? Member(object item, string name)
    {
        object plain = (item as PSObject)?.BaseObject ?? item;
        object? value;
        if (plain is IDictionary table)
            value = table.Keys.Cast<object>().Where(key => string.Equals(Convert.ToString(key, CultureInfo.InvariantCulture), name, StringComparison.OrdinalIgnoreCase)).Select(key => table[key]).FirstOrDefault();
        else
            value = PSObject.AsPSObject(item).Properties[name]?.Value;
        return value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
    }
}
