using System.Collections;
using System.Management.Automation;
using QwenChat.History;
using QwenChat.Model;

namespace QwenChat.Commands.Input;

/// <summary>
/// Reads a message from script objects: <c>@{ role = 'user'; content = 'Hello' }</c>, an object with these members, or a <see cref="QwenItem"/>. Unknown
/// members are rejected, because the message would be incomplete without them.
/// </summary>
internal static class ItemInput
{
    private static readonly string[] s_roles = ["user", "assistant", "system", "developer"];

    // The members that a service writes into its items. They are ignored, because a new item gets new values.
    private static readonly string[] s_serverMembers = ["id", "object", "status", "created_at"];

    private static readonly string[] s_media = ["image", "video", "audio", "file"];

    /// <summary>Reads one message.</summary>
    /// <param name="item">The item.</param>
    /// <param name="role">The role of an item that is only text. If null, a string has the role <c>user</c>, and any other value must contain a role.</param>
    /// <exception cref="QwenException">The item is not valid, is empty, or has an unknown member.</exception>
    public static MessageDraft ReadMessage(object? item, string? role = null)
    {
        DeserializedObject.Refuse(item);
        if (ScalarValue.Plain(item) is string text)
            return NotEmpty(MessageDraft.OfText(role ?? "user", text));
        if (role is not null && !MayBeItem(item))
            return NotEmpty(MessageDraft.OfText(role, TextValue.Read(item) ?? ""));
        if (item is null || !ObjectJson.HasMembers(item))
            throw Refuse($"{TypeOf(item)} is not an item. An item needs a role and content: @{{ role = 'user'; content = 'Hello' }}.");
        string? type = Member(item, "type") as string;
        if (ScalarValue.Plain(item) is QwenItem answered && ToolItem.IsResult(answered))
            return MessageDraft.OfText("tool", answered.Text) with { ToolCallId = ToolItem.CallId(answered) };
        if (type == "function_call_output")
            return ReadResult(item, "call_id", "output");
        if (type is not (null or "message"))
            throw Refuse($"An item of type '{type}' cannot be added. Only messages and tool results can be added.");
        if (string.Equals(Member(item, "role") as string, "tool", StringComparison.OrdinalIgnoreCase))
            return ReadResult(item, "tool_call_id", "content");
        if (Member(item, "role") is not string speaker || Member(item, "content") is not { } content)
            throw Refuse("An item needs a role and content: @{ role = 'user'; content = 'Hello' }.");
        if (ScalarValue.Plain(item) is not QwenItem)
            CheckMembers(item, "An item", ["type", "role", "content", .. s_serverMembers], "Its members are role and content.");
        speaker = speaker.ToLowerInvariant();
        if (!s_roles.Contains(speaker))
            throw Refuse($"'{speaker}' is not a valid message role. The roles are {string.Join(", ", s_roles)}.");
        return NotEmpty(new MessageDraft(speaker, ReadParts(content)));
    }

    /// <summary>Reads the result of a tool call. The text of the result may be empty.</summary>
    private static MessageDraft ReadResult(object item, string idName, string textName)
    {
        if (Member(item, idName) is not string { Length: > 0 } id)
            throw Refuse($"A tool result must specify the id of its call, for example: @{{ {idName} = 'call_1'; {textName} = '…' }}.");
        CheckMembers(item, "A tool result", ["type", "role", "name", idName, textName, .. s_serverMembers], $"Its members are {idName} and {textName}.");
        var parts = Member(item, textName) is { } content ? ReadParts(content) : [DraftPart.OfText("")];
        return new MessageDraft("tool", parts) { ToolCallId = id };
    }

    private static bool MayBeItem(object? value) => ScalarValue.Plain(value) is IDictionary or QwenItem or PSObject;

    private static List<DraftPart> ReadParts(object content)
    {
        object plain = ScalarValue.Plain(content)!;
        return plain is IEnumerable and not (string or IDictionary) ? ((IEnumerable)plain).Cast<object?>().Select(ReadPart).ToList() : [ReadPart(content)];
    }

    private static DraftPart ReadPart(object? part)
    {
        if (ScalarValue.Of(part) is { Kind: ScalarKind.Text or ScalarKind.Literal } scalar)
            return DraftPart.OfText(scalar.Text);
        if (part is null || !ObjectJson.HasMembers(part))
            throw Refuse(
                $"{TypeOf(part)} cannot be in an item's content. Content consists of strings and hashtables, such as @{{ type = 'text'; text = 'Hello' }} or "
                    + "@{ image_url = 'https://…' }.");
        var found = new List<DraftPart>();
        if (Member(part, "text") is { } text)
            found.Add(DraftPart.OfText(TextValue.Read(text)!));
        foreach (string kind in s_media)
        {
            if ((Member(part, kind + "_url") ?? Member(part, kind)) is { } address)
                found.Add(new DraftPart(kind, ReadAddress(address, kind)));
        }
        if (ScalarValue.Plain(part) is QwenContentPart content)
            found = content.Url is { } url ? [new DraftPart(KindOf(content), url)] : found;
        else
            CheckMembers(part, "A part of an item's content", ["type", "text", .. s_media, .. s_media.Select(kind => kind + "_url")],
                "It must have text, or an image_url, video_url, audio_url or file_url.");
        if (found.Count != 1)
            throw Refuse("A part of an item's content must have exactly one of text, image_url, video_url, audio_url or file_url.");
        return found[0];
    }

    private static string KindOf(QwenContentPart part) => s_media.FirstOrDefault(kind => part.Type.Contains(kind, StringComparison.OrdinalIgnoreCase))
        ?? throw Refuse($"A part of type '{part.Type}' cannot be added. Only text, images, videos, audio and files can be added.");

    private static string ReadAddress(object address, string kind)
    {
        if (ScalarValue.Of(address) is { } scalar)
            return scalar.Text;
        CheckMembers(address, $"An item's {kind}_url", ["url"], "Its only member is url.");
        return TextValue.Read(Member(address, "url")) ?? throw Refuse($"An item's {kind}_url has no url.");
    }

    /// <summary>Rejects unknown members, which would otherwise be dropped. Members without a value are ignored.</summary>
    private static void CheckMembers(object value, string what, string[] known, string rule)
    {
        foreach (var (name, member) in ObjectMembers.Of(value))
        {
            if (!known.Contains(name, StringComparer.OrdinalIgnoreCase) && ScalarValue.Plain(member) is not (null or ICollection { Count: 0 }))
                throw Refuse($"{what} cannot have the member '{name}'. {rule} Remove '{name}'.");
        }
    }

    private static object? Member(object item, string name) =>
        ObjectMembers.Of(item).Where(member => string.Equals(member.Key, name, StringComparison.OrdinalIgnoreCase))
        .Select(member => ScalarValue.Plain(member.Value)).FirstOrDefault();

    private static MessageDraft NotEmpty(MessageDraft message) => message.Parts.Any(part => part.Kind != "text" || part.Value.Length > 0)
        ? message
        : throw Refuse("The text of an item is empty. Specify text, or remove the item.");

    private static string TypeOf(object? value) => value is null ? "$null" : $"A value of type {ScalarValue.Plain(value)!.GetType().Name}";

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
