using System.Globalization;
using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>Validates that a number is in a range. Null is allowed, because it resets a setting.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class BetweenAttribute(double minimum, double maximum) : ValidateArgumentsAttribute
{
    /// <summary>Gets or sets whether the minimum itself is excluded.</summary>
    public bool Above { get; set; }

    /// <summary>Gets or sets whether the maximum itself is excluded.</summary>
    public bool Below { get; set; }

    /// <inheritdoc/>
    protected override void Validate(object arguments, EngineIntrinsics engineIntrinsics)
    {
        if (ScalarValue.Plain(arguments) is not IConvertible given)
            return;
        double number = given.ToDouble(CultureInfo.InvariantCulture);
        // NaN fails both comparisons, so it is rejected.
        bool isWithin = (Above ? number > minimum : number >= minimum) && (Below ? number < maximum : number <= maximum);
        if (!isWithin)
            throw new ValidationMetadataException(string.Create(CultureInfo.InvariantCulture, $"{number} is out of range. The value must be {Range()}."));
    }

    private string Range()
    {
        string from = string.Create(CultureInfo.InvariantCulture, $"{(Above ? "greater than" : "at least")} {minimum}");
        return maximum >= int.MaxValue ? from : string.Create(CultureInfo.InvariantCulture, $"{from} and {(Below ? "less than" : "at most")} {maximum}");
    }
}
