using System.Collections;
using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>Accepts MCP servers as tables or objects with <c>label</c>, <c>url</c>, <c>description</c> and <c>headers</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RemoteMcpServerAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? plain = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (plain is null)
            return null;
        try
        {
            return plain is IEnumerable several and not (string or IDictionary)
                ? several.Cast<object?>().Select(RemoteMcpServerInput.Read).ToArray() : [RemoteMcpServerInput.Read(inputData)];
        }
        catch (QwenException refused)
        {
            throw new ArgumentTransformationMetadataException(refused.Message, refused);
        }
    }
}
