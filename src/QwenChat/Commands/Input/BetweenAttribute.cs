using System.Globalization;
using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>Takes numbers of a range where they are given, not two commands later. Null passes: it takes a setting back.</summary>
/// <param name="minimum">The smallest number.</param>
/// <param name="maximum">The largest number.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class BetweenAttribute(double minimum, double maximum) : ValidateArgumentsAttribute
{
    /// <summary>Gets or sets whether the smallest number itself is not taken.</summary>
    public bool Above { get; set; }

    /// <summary>Gets or sets whether the largest number itself is not taken.</summary>
    public bool Below { get; set; }

    /// <inheritdoc/>
    protected override void Validate(object arguments, EngineIntrinsics engineIntrinsics)
    {
        if (ScalarValue.Plain(arguments) is not IConvertible given)
            return;
        double number = given.ToDouble(CultureInfo.InvariantCulture);
        // Compared so that what is no number fails.
        bool isWithin = (Above ? number > minimum : number >= minimum) && (Below ? number < maximum : number <= maximum);
        if (!isWithin)
            throw new ValidationMetadataException(string.Create(CultureInfo.InvariantCulture, $"{number} is outside the range: it goes {Range()}."));
    }

    private string Range()
    {
        string from = string.Create(CultureInfo.InvariantCulture, $"from {(Above ? "above " : "")}{minimum}");
        return maximum >= int.MaxValue ? from + " upwards" : string.Create(CultureInfo.InvariantCulture, $"{from} to {(Below ? "below " : "")}{maximum}");
    }
}
