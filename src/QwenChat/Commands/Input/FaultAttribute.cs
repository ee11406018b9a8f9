using System.Collections;
using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>Converts a hashtable to a fault. Durations are converted by <see cref="DurationAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class FaultAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => inputData switch
    {
        PSObject shell => Transform(engineIntrinsics, shell.BaseObject),
        IDictionary members => Read(members),
        QwenEmulatorFault fault => Checked(fault),
        object[] many => many.Select(one => Transform(engineIntrinsics, one)).ToArray(),
        _ => inputData,
    };

    private static QwenEmulatorFault Read(IDictionary members)
    {
        var plain = new Hashtable();
        foreach (DictionaryEntry member in members)
        {
            string name = member.Key.ToString()!;
            bool isTime = typeof(QwenEmulatorFault).GetProperties()
                .Any(property => property.PropertyType == typeof(TimeSpan) && property.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            plain[name] = isTime ? DurationAttribute.Read(member.Value) : member.Value;
        }
        return Checked(LanguagePrimitives.ConvertTo<QwenEmulatorFault>(plain));
    }

    private static QwenEmulatorFault Checked(QwenEmulatorFault fault)
    {
        try
        {
            fault.Check();
            return fault;
        }
        catch (QwenException outside)
        {
            throw new ArgumentTransformationMetadataException(outside.Message, outside);
        }
    }
}
