using System.Net;
using System.Security;
using QwenChat.Catalogue;
using QwenChat.Http;
using QwenChat.Model;
using Xunit;

namespace QwenChat.Tests.Http;

/// <summary>Tests reading the service's model list page by page.</summary>
public sealed class ServiceModelsTests
{
    private readonly NoticeQueue _notices = new() { WantsVerbose = true };
    private readonly List<string> _warnings = [];
    private readonly List<string> _verbose = [];

    private static string Page(IEnumerable<string> models, string total) =>
        $$"""{"code":null,"success":true,"output":{"total":{{total}},"page_no":1,"page_size":100,"models":[{{string.Join(',', models)}}] } }""";

    private static IEnumerable<string> Models(int from, int count) => Enumerable.Range(from, count).Select(number => $$"""{"model":"m{{number}}"}""");

    private async Task<IReadOnlyList<ListedModel>> ReadAsync(ListingService service)
    {
        var key = new SecureString();
        key.AppendChar('k');
        var connection = QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), key) with { MaximumRetryCount = 0 };
        try
        {
            return await ServiceModels.ReadAsync(connection, new Transport(connection, service, TimeProvider.System, new Random(1)), _notices, default);
        }
        finally
        {
            while (_notices.TryTake(out var notice))
                (notice.Level == NoticeLevel.Warning ? _warnings : _verbose).Add(notice.Text);
        }
    }

    [Fact]
    public async Task All_pages_are_read()
    {
        var service = new ListingService(Page(Models(0, 100), "168"), Page(Models(100, 68), "168"));
        Assert.Equal(Enumerable.Range(0, 168).Select(number => $"m{number}"), (await ReadAsync(service)).Select(model => model.Id));
        Assert.Equal(["page_no=1&page_size=100", "page_no=2&page_size=100"],
            service.Asked.Select(asked => asked[asked.IndexOf("page_no", StringComparison.Ordinal)..]));
        Assert.All(service.Asked, asked => Assert.StartsWith("/api/v1/models?capabilities=TG&", asked, StringComparison.Ordinal));
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task A_server_with_smaller_pages_is_read_to_the_end()
    {
        var service = new ListingService([.. Enumerable.Range(0, 9).Select(page => Page(Models(page * 20, page == 8 ? 8 : 20), "168"))]);
        Assert.Equal(168, (await ReadAsync(service)).Count);
        Assert.Equal(9, service.Asked.Count);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"many\"")]
    [InlineData("-1")]
    [InlineData("1e99")]
    public async Task A_list_without_a_total_ends_after_the_last_new_item(string total)
    {
        var service = new ListingService(Page(Models(0, 100), total), Page(Models(100, 5), total), Page([], total));
        Assert.Equal(105, (await ReadAsync(service)).Count);
        Assert.Equal(3, service.Asked.Count);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task A_list_that_repeats_its_first_page_ends_with_a_warning()
    {
        var service = new ListingService(Page(Models(0, 100), "100000000"));
        Assert.Equal(100, (await ReadAsync(service)).Count);
        Assert.Equal(2, service.Asked.Count);
        Assert.Contains("repeats itself after 100", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_list_ends()
    {
        var service = new ListingService([.. Enumerable.Range(0, 200).Select(page => Page(Models(page * 100, 100), "9999999"))]);
        Assert.Equal(10_000, (await ReadAsync(service)).Count);
        Assert.Contains("continues after 100 pages", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_moves_to_the_next_page_is_listed_once()
    {
        var service = new ListingService(Page(Models(0, 100), "150"), Page(Models(99, 51), "150"));
        Assert.Equal(150, (await ReadAsync(service)).Count);
    }

    [Fact]
    public async Task Models_whose_names_differ_only_in_case_are_the_same_model() =>
        Assert.Equal(["m"], (await ReadAsync(new ListingService(Page(["""{"model":"m"}""", """{"model":"M"}"""], "2")))).Select(model => model.Id));

    [Fact]
    public async Task Invalid_entries_are_skipped_and_counted()
    {
        var models = await ReadAsync(new ListingService(Page(["null", "5", """{"model":7}""", """{"model":"m"}"""], "4")));
        Assert.Equal("m", Assert.Single(models).Id);
        Assert.StartsWith("Ignored 3 models without a valid name", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unreadable_prices_cause_a_warning_and_unknown_kinds_a_verbose_message()
    {
        const string row = """{"type":"input_token","price":"x","price_unit":"每百万tokens"}""", image = """{"type":"image_number","price":"1"}""";
        var entries = Enumerable.Range(0, 7)
            .Select(number => $$"""{"model":"m{{number}}","prices":[{"range_name":"Default","prices":[{{row}},{{image}}] }] }""");
        Assert.Equal(7, (await ReadAsync(new ListingService(Page(entries, "7")))).Count);
        Assert.StartsWith("The prices of 7 models could not be read and are ignored: m0 (the price of input_token is not valid: 'x'), m1 (",
            Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.EndsWith(" ….", _warnings[0], StringComparison.Ordinal);
        Assert.Contains(_verbose, text => text.Contains("image_number", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("not json", "it is not JSON")]
    [InlineData("[]", "it is not an object")]
    [InlineData("{}", "'output' is missing")]
    [InlineData("""{"output":5}""", "'output' is missing")]
    [InlineData("""{"output":{"models":5}}""", "'models' is not a list")]
    [InlineData("""{"success":false,"code":"InvalidApiKey","message":"No."}""", "it reports a failure: InvalidApiKey No.")]
    [InlineData("""{"code":"Throttling","message":"Later.","request_id":"r"}""", "it reports a failure: Throttling Later.")]
    [InlineData("""{"output":{"models":null,"total":0}}""", "lists no models")]
    [InlineData("""{"output":{"models":[{"model":""}],"total":1}}""", "lists no models")]
    public async Task An_answer_that_is_not_a_list_is_an_error(string body, string expected)
    {
        var failure = await Assert.ThrowsAsync<QwenException>(() => ReadAsync(new ListingService(body)));
        Assert.Equal(QwenErrorKind.ProtocolError, failure.Kind);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    public async Task The_error_of_a_server_without_a_list_has_advice(int status)
    {
        var failure = await Assert.ThrowsAsync<QwenException>(() => ReadAsync(new ListingService("{}") { Status = (HttpStatusCode)status }));
        Assert.Equal(QwenErrorKind.InvalidRequest, failure.Kind);
        Assert.Contains("-WorkspaceId", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_on_a_later_page_returns_nothing()
    {
        var service = new ListingService(Page(Models(0, 100), "168"), "gone");
        await Assert.ThrowsAsync<QwenException>(() => ReadAsync(service));
    }
}
