using System.Text;
using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.ServiceTools;

/// <summary>Tests that only requests contain the secrets of an MCP server.</summary>
public sealed class RemoteMcpServerTests
{
    private const string Address = "https://user:pass@mcp.example.com/sse?key=abcdefgh12345678";

    [Fact]
    public async Task The_request_contains_the_secrets()
    {
        using var emulator = QwenEmulator.Start(new QwenEmulatorOptions());
        var client = new QwenClient(QwenConnection.To(emulator.BaseUri, emulator.ApiKey));
        await client.SendAsync(client.NewConversation(QwenApi.Responses, Options()), "Hi");
        string body = emulator.Requests[^1].Body;
        Assert.Contains($"\"server_url\":\"{Address}\",\"headers\":{{\"Authorization\":\"{ServiceToolBed.Secret}\"}}", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neither_a_plan_nor_a_row_contains_the_secrets()
    {
        string plan = (await ServiceToolBed.PlanAsync(QwenApi.Responses, Options())).GetRawText();
        string row = new ConversationRow { Settings = new ConversationSettings { Options = Options() } }.Write();
        Assert.All([plan, row, Options().RemoteMcpServer![0].ToString()], AssertNoSecret);
        Assert.Contains("\"headerNames\":[\"Authorization\"]", row, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("The server said: bad token tok-0123456789abcdef.")]
    [InlineData("Authorization: Bearer tok-0123456789abcdef")]
    [InlineData("GET https://user:pass@mcp.example.com/sse?key=abcdefgh12345678 failed")]
    [InlineData("The key abcdefgh12345678 is unknown.")]
    public void No_notice_repeats_the_secrets(string text)
    {
        var notices = new NoticeQueue();
        notices.Protect(Options());
        notices.Warn(text);
        Assert.True(notices.TryTake(out var notice));
        AssertNoSecret(notice.Text);
        AssertNoSecret(notices.Redaction.Of(new QwenException(QwenErrorKind.InvalidRequest, text)).ToString());
    }

    [Fact]
    public void Decoded_credentials_are_secrets_and_other_values_are_not() => Assert.Equal(
        ["me:p%40ssword", "p%40ssword", "ab%2Fcdefgh12345678", "me:p@ssword", "p@ssword", "ab/cdefgh12345678"],
        new QwenRemoteMcpServer { Address = "https://me:p%40ssword@mcp.example.com/sse?version=1&key=ab%2Fcdefgh12345678" }.Secrets);

    [Fact]
    public async Task Unstored_secrets_are_required_before_a_request()
    {
        var read = ConversationRow.Read(new ConversationRow { Settings = new ConversationSettings { Options = Options() } }.Write()).Settings.Options;
        string message = await ServiceToolBed.RefusalAsync(QwenApi.Responses, read);
        Assert.Contains("'maps' cannot be used without the value of the header Authorization", message, StringComparison.Ordinal);
        Assert.Contains("Set-QwenConversation … -RemoteMcpServer", message, StringComparison.Ordinal);
        AssertNoSecret(message);
        var open = Options() with { RemoteMcpServer = [ServiceToolBed.Server(url: Address, secret: null)] };
        read = ConversationRow.Read(new ConversationRow { Settings = new ConversationSettings { Options = open } }.Write()).Settings.Options;
        Assert.Contains("without the credentials in its URL", await ServiceToolBed.RefusalAsync(QwenApi.Responses, read), StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_changed_by_another_writer_keeps_the_secrets()
    {
        var conversation = new QwenConversation(QwenApi.Responses, Export.Sample.Connection, Options());
        new ConversationRow { Settings = conversation.Settings with { CostLimit = 1 } }.ApplyTo(conversation, withHistory: false);
        var row = ConversationRow.Read(new ConversationRow { Settings = conversation.Settings with { CostLimit = 2 } }.Write());
        row.ApplyTo(conversation, withHistory: false);
        var server = Assert.Single(conversation.Options.RemoteMcpServer!);
        Assert.Equal((Address, ServiceToolBed.Secret, null), (server.Address, server.Reveal("Authorization"), server.Missing));
    }

    [Fact]
    public async Task At_most_ten_servers_with_unique_labels_are_allowed()
    {
        var many = Enumerable.Range(0, 11).Select(number => ServiceToolBed.Server("s" + number)).ToArray();
        Assert.Contains("at most 10", await Refusal(many), StringComparison.Ordinal);
        Assert.Contains("the label 'a'", await Refusal(ServiceToolBed.Server("a"), ServiceToolBed.Server("A")), StringComparison.Ordinal);
        Assert.Contains("which cannot reach", await Refusal(ServiceToolBed.Server(url: "http://localhost/sse")), StringComparison.Ordinal);
    }

    private static Task<string> Refusal(params QwenRemoteMcpServer[] servers) =>
        ServiceToolBed.RefusalAsync(QwenApi.Responses, new QwenOptions { Model = "qwen3.8-max", RemoteMcpServer = servers });

    private static QwenOptions Options() => new() { Model = "qwen3.8-max", RemoteMcpServer = [ServiceToolBed.Server(url: Address)] };

    private static void AssertNoSecret(string text)
    {
        foreach (string secret in (string[])["tok-0123456789abcdef", "abcdefgh12345678", "user:pass"])
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(ServiceToolBed.Secret)), text, StringComparison.Ordinal);
    }
}
