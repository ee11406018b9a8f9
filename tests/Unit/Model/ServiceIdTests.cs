using QwenChat.Connection;
using QwenChat.Model;
using Xunit;

namespace QwenChat.Tests.Model;

/// <summary>Tests ids as path segments: a request with any id either goes to a resource in the right collection or is not sent.</summary>
public class ServiceIdTests
{
    private static readonly QwenConnection s_connection =
        QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), ConnectionEnvironment.Protect("sk-none"));

    [Theory]
    [InlineData("resp_1", "conv_a.b-C", "7e2c6c5a-9d8e-4f00-8a55-0c5a3a1b2c3d", "...", ".a", "_")]
    public void The_services_ids_are_path_segments(params string[] ids)
    {
        foreach (string id in ids)
        {
            Assert.EndsWith($"/responses/{id}/input_items?limit=1", s_connection.Responses([id, "input_items"], "limit=1").AbsoluteUri,
                StringComparison.Ordinal);
            Assert.EndsWith($"/conversations/{id}", s_connection.Conversations([id]).AbsoluteUri, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../conversations/conv_1")]
    [InlineData(@"..\conversations\conv_1")]
    [InlineData("%2e%2e")]
    [InlineData("%2E%2E%2Fx")]
    [InlineData("a/b")]
    [InlineData(@"a\b")]
    [InlineData("a?b")]
    [InlineData("a#b")]
    [InlineData("a;b")]
    [InlineData("a b")]
    [InlineData(" a")]
    [InlineData("a\n")]
    [InlineData("a\r\nHost: x")]
    [InlineData("a\0b")]
    [InlineData("a\u200B")]
    [InlineData("\u2024\u2024")]
    [InlineData("\uFF0E\uFF0E")]
    [InlineData("a\u2215b")]
    [InlineData("a\uFF0Fb")]
    [InlineData("r\u0435sp_1")]
    [InlineData("a\uD800")]
    [InlineData("@host")]
    [InlineData("a:b")]
    [InlineData("\u0661")]
    public void Anything_else_is_rejected(string id)
    {
        Assert.False(ServiceId.IsValid(id));
        Assert.Equal(QwenErrorKind.InvalidRequest, Assert.Throws<QwenException>(() => s_connection.Responses([id])).Kind);
        Assert.Equal(QwenErrorKind.InvalidRequest, Assert.Throws<QwenException>(() => s_connection.Conversations(["conv_1", "items", id])).Kind);
    }

    [Fact]
    public void An_endless_id_is_rejected_with_a_short_message()
    {
        Assert.True(ServiceId.IsValid(new string('a', 256)));
        var refused = Assert.Throws<QwenException>(() => s_connection.Responses([new string('a', 100_000)]));
        Assert.InRange(refused.Message.Length, 1, 300);
        Assert.Throws<QwenException>(() => ServiceId.Checked(null));
    }
}
