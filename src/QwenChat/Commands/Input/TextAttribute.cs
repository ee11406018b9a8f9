using System.Collections;
using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>
/// Accepts text, and rejects objects that PowerShell would silently convert to the name of their type. A test verifies that every string parameter has this
/// attribute.
/// </summary>
/// <param name="members">The properties that the pipeline binds by name. If an object has one of these properties, the property value is used.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TextAttribute(params string[] members) : ArgumentTransformationAttribute
{
    /// <summary>Gets or sets whether a file object is converted to its path.</summary>
    public bool IsPath { get; set; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => ScalarValue.Plain(inputData) switch
    {
        null or string => inputData,
        // A file is not converted, so that the pipeline binds its PSPath, which is a literal path.
        _ when IsPath && HasPath(inputData) => inputData,
        IList many and not byte[] => many.Cast<object?>().Select(ReadOne).ToArray(),
        _ => ReadOne(inputData),
    };

    private object? ReadOne(object? value)
    {
        if (MemberOf(value) is { } member)
            return member;
        return TextValue.Refusal(value, IsPath) is { } refusal
            ? throw new ArgumentTransformationMetadataException(refusal)
            : TextValue.Read(value, IsPath);
    }

    private static bool HasPath(object? value) => ScalarValue.Plain(value) is FileSystemInfo || value is PSObject file && file.Properties["PSPath"] is not null;

    private object? MemberOf(object? value)
    {
        if (value is null or string || members.Length == 0)
            return null;
        object? found = members.Select(name => PSObject.AsPSObject(value).Properties[name]?.Value).FirstOrDefault(member => member is not null);
        return found is null ? null : Transform(null!, found);
    }
}
