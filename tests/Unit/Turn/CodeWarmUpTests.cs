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
    public async Task A_complete_response_of_each_API_is_read(QwenApi api) => Assert.Equal("1", await CodeWarmUp.RunAsync(api));
}
