using System.Collections;
using System.Management.Automation;
using QwenChat.Tools;

namespace QwenChat.Commands.Tools;

/// <summary>Accepts tools, command names, commands and schemas. Rejects script blocks, because they have no name.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ToolAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? plain = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (plain is null)
            return null;
        var maker = new ToolMaker(engineIntrinsics.InvokeCommand, engineIntrinsics.InvokeProvider);
        try
        {
            var tools = plain is IEnumerable several and not (string or IDictionary)
                ? several.Cast<object?>().Select(one => maker.Make(one, new ToolSettings())).ToArray() : [maker.Make(inputData, new ToolSettings())];
            ToolName.CheckDistinct(tools);
            return tools;
        }
        catch (QwenException refused)
        {
            throw new ArgumentTransformationMetadataException(refused.Message, refused);
        }
    }
}
