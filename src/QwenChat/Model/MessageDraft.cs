namespace QwenChat.Model;

/// <summary>A message before it is written in the format of an API.</summary>
/// <param name="Role"><c>user</c>, <c>assistant</c>, <c>system</c>, <c>developer</c> or <c>tool</c>.</param>
/// <param name="Parts">The message's parts, in order.</param>
internal sealed record MessageDraft(string Role, IReadOnlyList<DraftPart> Parts)
{
    /// <summary>For a tool result: the id of its call.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>For an assistant message: its tool calls.</summary>
    public IReadOnlyList<QwenToolCall> ToolCalls { get; init; } = [];

    /// <summary>For an assistant message: the thinking before it.</summary>
    public string? Thinking { get; init; }

    public static MessageDraft OfText(string role, string text) => new(role, [DraftPart.OfText(text)]);
}

/// <summary>One part of a message: text, or the URL of media (http, oss or data).</summary>
/// <param name="Kind"><c>text</c>, <c>image</c>, <c>video</c>, <c>audio</c> or <c>file</c>.</param>
/// <param name="Value">The text, or the URL.</param>
internal sealed record DraftPart(string Kind, string Value)
{
    /// <summary>The image URLs of a video that consists of images, in order. <see cref="Value"/> is the first URL. Empty for other parts.</summary>
    public IReadOnlyList<string> Frames { get; init; } = [];

    /// <summary>For a document: the name of the file; null if the name is not known.</summary>
    public string? FileName { get; init; }

    public static DraftPart OfText(string text) => new("text", text);

    public static DraftPart OfFrames(IReadOnlyList<string> frames) => new("video", frames[0]) { Frames = frames };
}
