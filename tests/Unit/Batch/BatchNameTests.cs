using QwenChat.Batch;
using QwenChat.Text;
using Xunit;

namespace QwenChat.Tests.Batch;

public class BatchNameTests
{
    [Theory]
    [InlineData("trip")]
    [InlineData("it's")]
    [InlineData("console")]
    [InlineData("COM")]
    [InlineData("COM10")]
    [InlineData("my.nul")]
    [InlineData("a.b c")]
    public void A_name_that_every_system_accepts_is_valid(string name) => BatchFolder.CheckName(name);

    [Theory]
    [InlineData("CON", "Windows reserves CON for a device")]
    [InlineData("nul", "Windows reserves nul for a device")]
    [InlineData("nul.txt", "Windows reserves nul for a device")]
    [InlineData("Aux .tar.gz", "Windows reserves Aux for a device")]
    [InlineData("COM1", "Windows reserves COM1 for a device")]
    [InlineData("lpt³.log", "Windows reserves lpt³ for a device")]
    [InlineData("CONIN$", "Windows reserves CONIN$ for a device")]
    [InlineData("trip.", "must not begin or end with a dot or space")]
    [InlineData("trip ", "must not begin or end with a dot or space")]
    [InlineData(" trip", "must not begin or end with a dot or space")]
    [InlineData("../up", "must not contain")]
    [InlineData("a:b", "must not contain")]
    [InlineData("a\u0001", "must not contain")]
    [InlineData("", "must have 1 to 100 characters")]
    public void A_name_that_some_system_rejects_is_invalid(string name, string reason)
    {
        var refused = Assert.Throws<QwenException>(() => BatchFolder.CheckName(name));
        Assert.Equal(QwenErrorKind.InvalidRequest, refused.Kind);
        Assert.StartsWith($"'{VisibleText.Of(name)}' is not a valid batch name", refused.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }
}
