using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>Takes a conversation, or a reply, where its id is expected; as text they would be a name or an answer.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ConversationIdAttribute : ArgumentTransformationAttribute
{
    // What the pipeline binds by name, such as a search hit.
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
