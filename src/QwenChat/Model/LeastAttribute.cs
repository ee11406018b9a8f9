namespace QwenChat.Model;

/// <summary>The smallest number that a file or a store may hold for an option.</summary>
/// <param name="number">The number.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class LeastAttribute(int number) : Attribute
{
    /// <summary>The number itself.</summary>
    public int Number => number;
}
