using System.Globalization;
using System.Management.Automation;

namespace QwenChat.Commands;

/// <summary>Takes a time as a TimeSpan or as a number of milliseconds. PowerShell by itself would take a number for ticks of 100 ns.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DurationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Read(inputData);

    /// <summary>The time; what is no number is left to PowerShell.</summary>
    public static object? Read(object? value)
    {
        object? plain = value is PSObject shell ? shell.BaseObject : value;
        return plain is int or long or double or decimal or float
            ? TimeSpan.FromMilliseconds(Convert.ToDouble(plain, CultureInfo.InvariantCulture))
            : plain;
    }
}
