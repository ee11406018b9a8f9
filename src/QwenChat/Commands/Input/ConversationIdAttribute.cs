using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>
/// Accepts a conversation or a reply in place of its id. Without this attribute, PowerShell would convert a conversation to its name and a reply to its text.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ConversationIdAttribute : ArgumentTransformationAttribute
{
    // Reads the properties that the pipeline binds by name, such as those of a search hit.
    private static readonly TextAttribute s_text = new("Id", "ConversationId");

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is object?[] several ? Array.ConvertAll(several, Read) : Read(inputData);

    private static object? Read(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        QwenConversation conversation => conversation.Id,
        QwenReply reply => reply.Conversation.Id,
        string text => text,
        _ => value is PSObject shell && DeserializedObject.Is(shell, typeof(QwenConversation)) ? shell.Properties["Id"]?.Value : s_text.Transform(null!, value),
    };
}
