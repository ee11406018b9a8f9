using Xunit;

namespace QwenChat.Tests.Emulator;

public sealed class FaultSettingsTests
{
    public static TheoryData<QwenEmulatorFault, string> Faults => new()
    {
        { new() { Times = 0 }, "The Times of a fault cannot be 0. Specify a value of at least 1." },
        { new() { Status = 99 }, "The Status of a fault cannot be 99. Specify a value from 200 to 599." },
        { new() { DelayBeforeHeaders = TimeSpan.FromDays(25) }, "The DelayBeforeHeaders of a fault cannot be 25.00:00:00. " + Allowed },
        { new() { DelayAfterHeaders = TimeSpan.FromSeconds(-1) }, "The DelayAfterHeaders of a fault cannot be -00:00:01. " + Allowed },
        { new() { DelayBetweenEvents = TimeSpan.MaxValue }, $"The DelayBetweenEvents of a fault cannot be {TimeSpan.MaxValue}. " + Allowed },
    };

    private const string Allowed = "Specify a time span from 0 to 24 days.";

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_with_an_impossible_value_is_rejected(QwenEmulatorFault fault, string message)
    {
        using var emulator = QwenEmulator.Start(new QwenEmulatorOptions());
        Assert.Equal(message, Assert.Throws<QwenException>(() => emulator.AddFault(fault)).Message);
    }
}
