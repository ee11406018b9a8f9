namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>Something that reads what others wrote.</summary>
/// <param name="name">Its name, for people.</param>
/// <param name="seeds">What it is to read at first.</param>
public abstract class FuzzTarget(string name, IReadOnlyList<byte[]> seeds)
{
    public string Name => name;

    public IReadOnlyList<byte[]> Seeds => seeds;

    /// <summary>Reads an input and looks whether all that has to hold does. The module's own exception says that it was refused, which is right; any other is a finding.</summary>
    public void Run(byte[] input)
    {
        try
        {
            Read(input);
        }
        catch (QwenException refused)
        {
            Demand(refused.Message.Length > 0, "It was refused without a word.");
        }
    }

    protected abstract void Read(byte[] input);

    protected static void Demand(bool holds, string otherwise)
    {
        if (!holds)
            throw new FuzzFindingException(otherwise);
    }
}
