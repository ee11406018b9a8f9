using QwenChat.Tests.Reliability.Fuzz;
using Xunit;

namespace QwenChat.Tests.Reliability;

/// <summary>Runs a short version of build.ps1 Fuzz with every seed. The mutations are the same in every run.</summary>
public class FuzzTests
{
    private const int Inputs = 400;

    public static TheoryData<string, string> Targets
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (group, targets) in FuzzTargets.Groups)
            {
                foreach (var target in targets)
                    data.Add(group, target.Name);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Damaged_input_is_read_or_rejected(string group, string name)
    {
        var target = FuzzTargets.Groups[group].Single(target => target.Name == name);
        Assert.NotEmpty(target.Seeds);
        foreach (byte[] seed in target.Seeds)
            target.Run(seed);
        var mutator = new Mutator(new Random(7), target.Seeds);
        for (int i = 0; i < Inputs; i++)
        {
            byte[] input = mutator.Next(target.Seeds);
            var failure = Record.Exception(() => target.Run(input));
            Assert.True(failure is null, $"{Convert.ToBase64String(input)}\n{failure}");
        }
    }
}
