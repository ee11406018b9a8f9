using QwenChat.Connection;
using Xunit;

namespace QwenChat.Tests.Connection;

public class ConnectionTargetTests
{
    private readonly Dictionary<string, string> _variables = [];
    private readonly Dictionary<string, string> _files = [];

    private ConnectionEnvironment World =>
        new(_variables.GetValueOrDefault, path => _files.TryGetValue(path, out string? text) ? text : throw new FileNotFoundException("no such file"));

    private QwenConnection Resolve(ConnectionTarget target) => target.Resolve(World);

    private static string KeyOf(QwenConnection connection) => connection.RevealKey();

    [Fact]
    public void The_default_is_Singapore_without_a_key()
    {
        var connection = QwenConnection.FromEnvironment(_ => null, _ => throw new FileNotFoundException());
        Assert.Equal(QwenRegion.Singapore, connection.RegionKind);
        Assert.False(connection.HasApiKey);
    }

    [Fact]
    public void The_variables_set_the_key_and_the_address()
    {
        _variables["DASHSCOPE_API_KEY"] = " sk-env\n";
        _variables["DASHSCOPE_HTTP_BASE_URL"] = "https://dashscope.aliyuncs.com/api/v1";
        var connection = Resolve(new());
        Assert.Equal("sk-env", KeyOf(connection));
        Assert.Equal("https://dashscope.aliyuncs.com/", connection.BaseUri!.ToString());
        Assert.Equal(QwenRegion.Beijing, connection.RegionKind);
    }

    [Theory]
    [InlineData("sk-file")]
    [InlineData("\n  sk-file \r\nsecond line\n")]
    public void The_key_is_the_first_line_of_the_key_file(string text)
    {
        _variables["DASHSCOPE_API_KEY_FILE_PATH"] = "/k";
        _files["/k"] = text;
        Assert.Equal("sk-file", KeyOf(Resolve(new())));
    }

    [Fact]
    public void The_key_takes_precedence_over_the_key_file()
    {
        _variables["DASHSCOPE_API_KEY"] = "sk-env";
        _variables["DASHSCOPE_API_KEY_FILE_PATH"] = "/not/there";
        Assert.Equal("sk-env", KeyOf(Resolve(new())));
    }

    [Theory]
    [InlineData(null, "cannot be read")]
    [InlineData(" \n", "empty")]
    public void The_error_names_a_key_file_without_a_key(string? text, string why)
    {
        _variables["DASHSCOPE_API_KEY_FILE_PATH"] = "/k";
        if (text is not null)
            _files["/k"] = text;
        var e = Assert.Throws<QwenException>(() => Resolve(new()));
        Assert.Equal(QwenErrorKind.ApiKeyMissing, e.Kind);
        Assert.Contains("'/k'", e.Message, StringComparison.Ordinal);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dashscope")]
    [InlineData("https://")]
    public void The_error_names_an_invalid_address_variable(string value)
    {
        _variables["DASHSCOPE_HTTP_BASE_URL"] = value;
        Assert.Contains("$env:DASHSCOPE_HTTP_BASE_URL", Assert.Throws<QwenException>(() => Resolve(new())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_invalid_address_variable_is_ignored_if_an_address_is_specified()
    {
        _variables["DASHSCOPE_HTTP_BASE_URL"] = "dashscope";
        Assert.False(Resolve(new() { BaseUri = new Uri("http://localhost:1") }).HasApiKey);
    }

    [Theory]
    [InlineData("https://dashscope.aliyuncs.com", true)]
    [InlineData("https://llm-a.cn-beijing.maas.aliyuncs.com", true)]
    [InlineData("https://gw.example/other", true)]
    [InlineData("http://gw.example", false)]
    [InlineData("https://gw.example:8443", false)]
    [InlineData("https://evil.example", false)]
    [InlineData("http://localhost:8080", false)]
    public void A_key_from_the_environment_is_used_only_for_addresses_from_the_environment(string address, bool expected)
    {
        _variables["DASHSCOPE_API_KEY"] = "sk-env";
        _variables["DASHSCOPE_HTTP_BASE_URL"] = "https://gw.example/api/v1";
        Assert.Equal(expected, Resolve(new() { BaseUri = new Uri(address) }).HasApiKey);
    }

    [Fact]
    public void A_key_from_the_environment_is_not_used_for_another_Responses_address()
    {
        _variables["DASHSCOPE_API_KEY"] = "sk-env";
        Assert.False(Resolve(new() { ResponsesBaseUri = new Uri("https://evil.example/v1") }).HasApiKey);
        Assert.False(Resolve(new() { CompatibleUri = new Uri("https://evil.example/v1") }).HasApiKey);
    }

    [Fact]
    public void A_specified_key_is_used_for_any_address()
    {
        _variables["DASHSCOPE_API_KEY"] = "sk-env";
        Assert.Equal("sk-own", KeyOf(Resolve(new() { BaseUri = new Uri("https://gw.example"), Key = ConnectionEnvironment.Protect("sk-own") })));
    }

    [Fact]
    public void A_region_or_workspace_takes_precedence_over_an_address_from_the_environment()
    {
        _variables["DASHSCOPE_HTTP_BASE_URL"] = "https://gw.example";
        Assert.Equal("https://dashscope-us.aliyuncs.com/", Resolve(new() { Region = QwenRegion.Virginia }).BaseUri!.ToString());
        Assert.Equal("https://llm-a.ap-southeast-1.maas.aliyuncs.com/", Resolve(new() { WorkspaceId = "llm-a" }).BaseUri!.ToString());
    }
}
