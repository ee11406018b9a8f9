using QwenChat.Media;
using Xunit;

namespace QwenChat.Tests.Media;

public class DataAddressTests
{
    [Theory]
    [InlineData("data:x", "'data:x' does not begin like 'data:image/png;base64,'")]
    [InlineData("data:image/png;base64,", "'data:image/png;base64,' contains no data")]
    [InlineData("data:image/png;base64,*", "'data:image/png;base64,*' is not valid base64 after the comma")]
    [InlineData("data:image/png;base64,*23456789012345678", "'data:image/png;base64,*23456789012345678' is not valid base64 after the comma")]
    [InlineData("data:image/png;base64,*234567890123456789", "'data:image/png;base64,*23456789012345678…' is not valid base64 after the comma")]
    public void Only_a_long_data_URL_is_shortened_in_an_error(string address, string expected)
    {
        var refused = Assert.Throws<QwenException>(() => DataAddress.Read(address));
        Assert.Equal(QwenErrorKind.MediaRefused, refused.Kind);
        Assert.Equal($"The data URL {expected}. Specify the path of the file instead; QwenChat reads and encodes the file.", refused.Message);
    }
}
