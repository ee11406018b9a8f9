using QwenChat.Connection;
using Xunit;

namespace QwenChat.Tests.Connection;

public class ServiceAddressTests
{
    private static Uri Typed(string text) => ServiceAddress.Parse(text, "-BaseUri");

    // wire §1.1
    [Theory]
    [InlineData(QwenRegion.Singapore, "https://dashscope-intl.aliyuncs.com/")]
    [InlineData(QwenRegion.Beijing, "https://dashscope.aliyuncs.com/")]
    [InlineData(QwenRegion.Virginia, "https://dashscope-us.aliyuncs.com/")]
    [InlineData(QwenRegion.HongKong, "https://cn-hongkong.dashscope.aliyuncs.com/")]
    public void A_region_has_a_shared_address(QwenRegion region, string expected) =>
        Assert.Equal(expected, ServiceAddress.OfRegion(region, null).ToString());

    [Theory]
    [InlineData(QwenRegion.Singapore, "ap-southeast-1")]
    [InlineData(QwenRegion.Beijing, "cn-beijing")]
    [InlineData(QwenRegion.Virginia, "us-east-1")]
    [InlineData(QwenRegion.HongKong, "cn-hongkong")]
    [InlineData(QwenRegion.Frankfurt, "eu-central-1")]
    [InlineData(QwenRegion.Tokyo, "ap-northeast-1")]
    public void A_workspace_has_its_own_address(QwenRegion region, string zone)
    {
        var address = ServiceAddress.OfRegion(region, "llm-abc1");
        Assert.Equal($"https://llm-abc1.{zone}.maas.aliyuncs.com/", address.ToString());
        Assert.Equal(region, ServiceAddress.RegionOf(address));
    }

    [Theory]
    [InlineData(QwenRegion.Frankfurt)]
    [InlineData(QwenRegion.Tokyo)]
    public void A_region_without_a_shared_address_requires_a_workspace(QwenRegion region)
    {
        var e = Assert.Throws<QwenException>(() => ServiceAddress.OfRegion(region, null));
        Assert.Equal(QwenErrorKind.InvalidRequest, e.Kind);
        Assert.Contains("-WorkspaceId", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("evil.example/")]
    [InlineData("a.b")]
    [InlineData("-a")]
    [InlineData("a@b")]
    public void A_workspace_id_cannot_change_the_host(string id) =>
        Assert.Throws<QwenException>(() => ServiceAddress.OfRegion(QwenRegion.Singapore, id));

    [Theory]
    [InlineData("https://dashscope-intl.aliyuncs.com")]
    [InlineData("https://dashscope-intl.aliyuncs.com///")]
    [InlineData("https://dashscope-intl.aliyuncs.com/compatible-mode/v1")]
    [InlineData("https://dashscope-intl.aliyuncs.com/compatible-mode/v1/")]
    [InlineData("https://dashscope-intl.aliyuncs.com/api/v1")]
    [InlineData("HTTPS://DashScope-Intl.aliyuncs.com:443/API/V1/")]
    public void An_API_path_is_removed_from_the_address(string typed)
    {
        var (host, responses) = ServiceAddress.ReadHost(Typed(typed), "-BaseUri");
        Assert.Equal("https://dashscope-intl.aliyuncs.com/", host.ToString());
        Assert.Null(responses);
    }

    [Theory]
    [InlineData("https://dashscope-intl.aliyuncs.com/api/v2/apps/protocols/compatible-mode/v1")]
    [InlineData("https://dashscope-intl.aliyuncs.com/api/v2/apps/protocols/compatible-mode/v1/")]
    public void The_older_responses_path_is_used_for_responses(string typed)
    {
        var (host, responses) = ServiceAddress.ReadHost(Typed(typed), "-BaseUri");
        Assert.Equal("https://dashscope-intl.aliyuncs.com/", host.ToString());
        Assert.Equal("https://dashscope-intl.aliyuncs.com/api/v2/apps/protocols/compatible-mode/v1", responses!.ToString());
    }

    [Fact]
    public void A_gateway_may_have_its_own_path() =>
        Assert.Equal("https://gw.example/qwen", ServiceAddress.ReadHost(Typed("https://gw.example/qwen/compatible-mode/v1"), "-BaseUri").BaseUri.ToString());

    [Theory]
    [InlineData("dashscope.aliyuncs.com")]
    [InlineData("localhost:8080")]
    [InlineData("/tmp/x")]
    [InlineData("ftp://host")]
    [InlineData("not an address")]
    [InlineData("")]
    [InlineData("http://")]
    [InlineData("http://[x")]
    [InlineData("https://host:99999")]
    public void An_invalid_address_error_shows_an_example(string typed)
    {
        var e = Assert.Throws<QwenException>(() => ServiceAddress.ReadHost(Typed(typed), "-BaseUri"));
        Assert.Equal(QwenErrorKind.InvalidRequest, e.Kind);
        Assert.Contains(typed, e.Message, StringComparison.Ordinal);
        Assert.Contains("https://dashscope-intl.aliyuncs.com", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://u:p@host", "'https://…@host' contains a user name")]
    [InlineData("https://host?x=1", "'https://host?…' has a query")]
    [InlineData("https://host#x", "fragment")]
    [InlineData("https://host/compatible-mode/v1/chat/completions", "https://host/compatible-mode/v1")]
    [InlineData("https://coding.dashscope.aliyuncs.com/v1", "-CompatibleUri")]
    public void A_query_or_fragment_in_an_address_is_rejected(string typed, string why) =>
        Assert.Contains(why, Assert.Throws<QwenException>(() => ServiceAddress.ReadHost(Typed(typed), "-BaseUri")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_password_in_an_address_is_not_repeated() => Assert.DoesNotContain("secret",
        Assert.Throws<QwenException>(() => ServiceAddress.ReadHost(Typed("https://u:secret@host"), "-BaseUri")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("https://dashscope.aliyuncs.com", true)]
    [InlineData("https://coding.dashscope.aliyuncs.com", true)]
    [InlineData("https://trial.cn-beijing.maas.aliyuncs.com", true)]
    [InlineData("https://bucket.oss-cn-beijing.aliyuncs.com", false)]
    [InlineData("https://evildashscope.aliyuncs.com", false)]
    [InlineData("https://dashscope.aliyuncs.com.evil.example", false)]
    [InlineData("http://localhost:8080", false)]
    public void The_services_own_hosts_are_recognized(string address, bool expected) => Assert.Equal(expected, ServiceAddress.IsService(new Uri(address)));

    [Theory]
    [InlineData("http://localhost:1", true)]
    [InlineData("http://127.0.0.1:1", true)]
    [InlineData("http://127.9.9.9:1", true)]
    [InlineData("http://[::1]:1", true)]
    [InlineData("http://localhost.example", false)]
    [InlineData("http://10.0.0.1", false)]
    [InlineData("http://[fe80::1]", false)]
    public void Loopback_is_recognized(string address, bool expected) => Assert.Equal(expected, ServiceAddress.IsLoopback(new Uri(address)));
}
