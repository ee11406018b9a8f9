using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Turn;

public sealed class CodeWarmUpTests
{
    [Theory]
    [InlineData(QwenApi.Responses)]
    [InlineData(QwenApi.Conversations)]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.DashScope)]
    public async Task Reads_a_whole_response_of_each_api(QwenApi api) => Assert.Equal("1", await CodeWarmUp.RunAsync(api));
}
