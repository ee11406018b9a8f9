using System.Net;
using System.Security;
using QwenChat.Http;
using QwenChat.Model;
using Xunit;

namespace QwenChat.Tests.Http;

/// <summary>Tests the per-minute limits that the service lists (wire §19).</summary>
public sealed class ServiceLimitsTests
{
    private const string Account = """
        "model_limit":{"request_limit":600,"request_limit_period":60,"usage_limit":1000000,"usage_limit_field":"total_tokens","usage_limit_period":60}
        """;

    private readonly NoticeQueue _notices = new() { WantsVerbose = true };

    private static string Page(string quotas, int total = 1) =>
        $$"""{"success":true,"output":{"total":{{total}},"page_no":1,"page_size":100,"quotas":[{{quotas}}]},"request_id":"r"}""";

    private async Task<IReadOnlyList<QwenModelLimit>> ReadAsync(ListingService service, bool compatible = false)
    {
        var key = new SecureString();
        key.AppendChar('k');
        var connection = QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), key) with { MaximumRetryCount = 0 };
        if (compatible)
            connection = new QwenConnection { CompatibleUri = new Uri("http://localhost:11434/v1") };
        return await ServiceLimits.ReadAsync(connection, new Transport(connection, service, TimeProvider.System, new Random(1)), _notices, default);
    }

    private string Warnings()
    {
        var texts = new List<string>();
        while (_notices.TryTake(out var notice))
        {
            if (notice.Level == NoticeLevel.Warning)
                texts.Add(notice.Text);
        }
        return string.Join('\n', texts);
    }

    [Theory]
    [InlineData(Account, 600d, 1000000d)]
    [InlineData("""  "model_limit":{"request_limit":10,"request_limit_period":1,"usage_limit":null} """, 600d, null)]
    [InlineData("""  "model_limit":{"request_limit":1,"request_limit_period":120,"usage_limit":50,"usage_limit_period":1} """, 0.5, 3000d)]
    [InlineData(Account + """, "workspace_limit":{"request_limit":60,"usage_limit":2000000,"usage_limit_period":60} """, 60d, 1000000d)]
    [InlineData(Account + """,  "workspace_limit":null """, 600d, 1000000d)]
    [InlineData("""  "model_limit":null,"workspace_limit":{"request_limit":30} """, 30d, null)]
    [InlineData("""  "model_limit":{"request_limit":"30","request_limit_period":"60","usage_limit":5,"usage_limit_field":"images"} """, 30d, null)]
    public async Task Limits_are_converted_to_minutes_and_the_lower_limit_applies(string limits, double? requests, double? tokens)
    {
        var read = await ReadAsync(new ListingService(Page($$"""{"model":"m","workspace_id":"w",{{limits}}}""")));
        Assert.Equal(new QwenModelLimit { Model = "m", RequestsPerMinute = requests, TokensPerMinute = tokens }, Assert.Single(read));
        Assert.Equal("", Warnings());
    }

    [Theory]
    [InlineData("""{"model":"","model_limit":{"request_limit":5}}""")]
    [InlineData("""{"model_limit":{"request_limit":5}}""")]
    [InlineData("""{"model":7,"model_limit":{"request_limit":5}}""")]
    [InlineData("""{"model":"m","model_limit":{"request_limit":0,"usage_limit":-5}}""")]
    [InlineData("""{"model":"m","model_limit":{"request_limit":1e999}}""")]
    [InlineData("""{"model":"m","model_limit":{"request_limit":5,"request_limit_period":0}}""")]
    [InlineData("""{"model":"m","model_limit":{"request_limit":1,"request_limit_period":100000}}""")]
    [InlineData("""{"model":"m","model_limit":{"request_limit":1e-300,"usage_limit":1e-5}}""")]
    [InlineData("""{"model":"m","model_limit":{"request_limit":1e308,"request_limit_period":1e-9}}""")]
    [InlineData("""{"model":"m","model_limit":[5]}""")]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("")]
    public async Task An_invalid_limit_is_ignored_with_a_warning(string entry)
    {
        Assert.Empty(await ReadAsync(new ListingService(Page(entry))));
        Assert.Contains("lists no rate limits, so -UseServiceLimits has no effect", Warnings(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_other_address_is_tried_if_the_first_does_not_exist()
    {
        var service = new ListingService(Page($$"""{"model":"m",{{Account}}}""")) { Missing = "/models/limits" };
        Assert.Single(await ReadAsync(service));
        Assert.Equal(["/api/v1/models/limits?page_no=1&page_size=100", "/api/v1/quotas?page_no=1&page_size=100"], service.Asked);
        Assert.Equal("", Warnings());
    }

    [Theory]
    [InlineData(404, "has no list of rate limits")]
    [InlineData(401, "-UseServiceLimits has no effect, because the rate limits could not be read:")]
    [InlineData(500, "-UseServiceLimits has no effect, because the rate limits could not be read:")]
    public async Task A_rejection_is_a_warning(int status, string says)
    {
        Assert.Empty(await ReadAsync(new ListingService("{}") { Status = (HttpStatusCode)status }));
        string warning = Warnings();
        Assert.Contains(says, warning, StringComparison.Ordinal);
        Assert.Contains("-RequestsPerMinute", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"output":{"quotas":{}}}""")]
    [InlineData("""{"success":false,"code":"Denied","message":"Not you."}""")]
    public async Task An_answer_that_is_not_a_list_is_a_warning(string body)
    {
        Assert.Empty(await ReadAsync(new ListingService(body)));
        Assert.Contains("could not be read", Warnings(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_different_kind_of_server_is_not_asked()
    {
        var service = new ListingService("{}");
        Assert.Empty(await ReadAsync(service, compatible: true));
        Assert.Empty(service.Asked);
        Assert.Contains("has no list of rate limits", Warnings(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_pages_are_read_and_each_entry_counts_once()
    {
        var service = new ListingService(
            Page(string.Join(',', Enumerable.Range(0, 100).Select(Entry)), 150), Page(string.Join(',', Enumerable.Range(90, 60).Select(Entry)), 150));
        Assert.Equal(Enumerable.Range(0, 150).Select(number => $"m{number}"), (await ReadAsync(service)).Select(limit => limit.Model));
        Assert.Equal(2, service.Asked.Count);

        static string Entry(int number) => $$"""{"model":"m{{number}}",{{Account}}}""";
    }

    [Fact]
    public async Task A_list_that_repeats_itself_ends()
    {
        var service = new ListingService(Page($$"""{"model":"m",{{Account}}}""", total: 1_000_000));
        Assert.Single(await ReadAsync(service));
        Assert.Equal(2, service.Asked.Count);
        Assert.Contains("repeats itself after 1", Warnings(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_model_has_its_own_limit()
    {
        var time = new FakeTime();
        var key = new SecureString();
        key.AppendChar('k');
        var connection = QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), key) with
        {
            ServiceLimits = [new QwenModelLimit { Model = "slow", RequestsPerMinute = 0.5 }, new QwenModelLimit { Model = "fast", RequestsPerMinute = 60 }],
        };
        var service = new ListingService("{}") { Time = time };
        var transport = new Transport(connection, service, time, new Random(1));
        await time.RunAsync(Task.WhenAll(new[] { "slow", "fast", "SLOW", "fast", "other", "other" }.Select(model => transport.SendAsync(
            new ServiceRequest(HttpMethod.Get, new Uri($"https://dashscope-intl.aliyuncs.com/{model}")) { Model = model }, body => body, _notices, default))));
        Assert.Equal([("/fast", 0d), ("/fast", 1), ("/other", 0), ("/other", 0), ("/slow", 0), ("/SLOW", 120)],
            service.Asked.Zip(service.At, (path, at) => (path, at.TotalSeconds))
                .OrderBy(one => one.path, StringComparer.OrdinalIgnoreCase).ThenBy(one => one.TotalSeconds));
    }
}
