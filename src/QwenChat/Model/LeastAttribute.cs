namespace QwenChat.Model;

/// <summary>The minimum value of a numeric option in a file or a store.</summary>
/// <param name="number">The minimum.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class LeastAttribute(int number) : Attribute
{
    /// <summary>The minimum.</summary>
    public int Number => number;
}
