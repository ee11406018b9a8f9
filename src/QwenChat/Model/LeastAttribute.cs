namespace QwenChat.Model;

/// <summary>The minimum value of a numeric option in a file or a store.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class LeastAttribute(int number) : Attribute
{
    public int Number => number;
}
