using System.Management.Automation;

namespace QwenChat.Commands.Schemas;

/// <summary>Accepts the type of an answer, or the name of the type. Rejects types that no answer can have.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AnswerTypeAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? plain = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (plain is null or "")
            return null;
        var type = plain as Type ?? Find(plain as string
            ?? throw new ArgumentTransformationMetadataException($"[{plain.GetType()}] is not a type. Specify one type in parentheses: -As ([string])."));
        try
        {
            AnswerType.SchemaOf(type);
            return type;
        }
        catch (QwenException refused)
        {
            throw new ArgumentTransformationMetadataException(refused.Message, refused);
        }
    }

    private static Type Find(string name) => LanguagePrimitives.TryConvertTo(Unwrapped(name), out Type found) ? found
        : throw new ArgumentTransformationMetadataException($"'{name}' is not the name of a type. Specify the type in parentheses: -As ([{Unwrapped(name)}]).");

    // An argument such as [Person] without parentheses is a string.
    private static string Unwrapped(string name) => name.StartsWith('[') && name.EndsWith(']') ? name[1..^1] : name;
}
