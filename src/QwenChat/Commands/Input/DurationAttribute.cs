using System.Globalization;
using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>Converts a number of milliseconds to a TimeSpan. PowerShell itself would interpret a number as ticks of 100 ns.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DurationAttribute : ArgumentTransformationAttribute
{
    // The longest interval that a timer supports.
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Read(inputData);

    /// <summary>
    /// Returns the TimeSpan for a number of milliseconds or a string. A value of another type is returned unchanged, so that PowerShell converts it.
    /// </summary>
    /// <exception cref="ArgumentTransformationMetadataException">The duration is negative, too long, or not a number.</exception>
    public static object? Read(object? value)
    {
        object? plain = ScalarValue.Plain(value);
        if (plain is string text)
        {
            plain = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number
                : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) ? span : plain;
        }
        if (plain is int or long or double or decimal or float)
            plain = OfMilliseconds(Convert.ToDouble(plain, CultureInfo.InvariantCulture));
        if (plain is TimeSpan time && (time < TimeSpan.Zero || time > s_longest))
            throw Refuse(time.ToString());
        return plain;
    }

    private static TimeSpan OfMilliseconds(double milliseconds) => milliseconds >= 0 && milliseconds <= int.MaxValue
        ? TimeSpan.FromMilliseconds(milliseconds)
        : throw Refuse(milliseconds.ToString(CultureInfo.InvariantCulture));

    private static ArgumentTransformationMetadataException Refuse(string given) =>
        new(string.Create(CultureInfo.InvariantCulture,
        $"{given} is not a valid duration. Specify a number of milliseconds from 0 to {int.MaxValue}, or a TimeSpan."));
}
