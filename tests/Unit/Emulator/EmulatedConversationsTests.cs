using System.Net;
using System.Text.Json;
using Xunit;

namespace QwenChat.Tests.Emulator;

public sealed class EmulatedConversationsTests : IDisposable
{
    private readonly EmulatorClient _client = new();

    public void Dispose() => _client.Dispose();

    private async Task<string> CreateAsync(string body = "{}") =>
        EmulatorClient.Conversations + "/" + (await _client.PostJsonAsync(EmulatorClient.Conversations, body)).GetProperty("id").GetString();

    private static string Items(int count) =>
        "[" + string.Join(',', Enumerable.Range(1, count).Select(i => $$"""{"type":"message","role":"user","content":"{{i}}"}""")) + "]";

    private async Task<string[]> TextsAsync(string path, string query = "?order=asc") =>
        (await _client.GetJsonAsync(path + "/items" + query)).GetProperty("data").EnumerateArray()
            .Select(item => item.GetProperty("content")[0].GetProperty("text").GetString()!).ToArray();

    private Task<JsonElement> SayAsync(string path, string text, HttpStatusCode status = HttpStatusCode.OK) =>
        _client.PostJsonAsync(EmulatorClient.Responses,
        $$"""{"model":"qwen-plus","conversation":"{{path[(path.LastIndexOf('/') + 1)..]}}","input":"{{text}}"}""", status);

    [Fact]
    public async Task A_conversation_is_created_read_and_changed()
    {
        string path = await CreateAsync("""{"metadata":{"topic":"demo"}}""");
        var conversation = await _client.GetJsonAsync(path);
        Assert.Matches("""^\{"created_at":\d{13},"id":"conv_[0-9a-f]+","metadata":\{"topic":"demo"\},"object":"conversation"\}$""", conversation.GetRawText());
        var changed = await _client.PostJsonAsync(path, """{"metadata":{"a":"b"}}""");
        Assert.Equal("""{"a":"b"}""", changed.GetProperty("metadata").GetRawText());
        Assert.Equal(changed.GetRawText(), (await _client.GetJsonAsync(path)).GetRawText());
    }

    [Fact]
    public async Task Deleting_a_conversation_keeps_its_items()
    {
        string path = await CreateAsync($$"""{"items":{{Items(1)}}}""");
        Assert.Matches("""^\{"deleted":true,"id":"conv_[0-9a-f]+","object":"conversation.deleted"\}$""", (await _client.DeleteJsonAsync(path)).GetRawText());
        await _client.GetJsonAsync(path, HttpStatusCode.BadRequest);
        await SayAsync(path, "Hi", HttpStatusCode.BadRequest);
        Assert.Equal(["1"], await TextsAsync(path));
    }

    [Fact]
    public async Task Items_are_created_read_and_deleted()
    {
        string path = await CreateAsync();
        var made = await _client.PostJsonAsync(path + "/items", """{"items":[{"type":"message","role":"user","content":"Hello"}]}""");
        Assert.Matches(
            """^\{"data":\[\{"content":\[\{"text":"Hello","type":"input_text"\}\],"id":"(msg_["""
                + """^"]+)","role":"user","status":"completed","type":"message"\}\],"first_id":"\1","has_more":false,"last_id":"\1"\}$""",
            made.GetRawText());
        string id = made.GetProperty("first_id").GetString()!;
        Assert.Equal(made.GetProperty("data")[0].GetRawText(), (await _client.GetJsonAsync(path + "/items/" + id)).GetRawText());
        Assert.Equal($$"""{"deleted":true,"id":"{{id}}","object":"conversation.item.deleted"}""",
            (await _client.DeleteJsonAsync(path + "/items/" + id)).GetRawText());
        await _client.DeleteJsonAsync(path + "/items/" + id, HttpStatusCode.BadRequest);
        Assert.Empty(await TextsAsync(path));
    }

    [Fact]
    public async Task Items_are_listed_newest_first_twenty_at_a_time()
    {
        string path = await CreateAsync($$"""{"items":{{Items(20)}}}""");
        await _client.PostJsonAsync(path + "/items", $$"""{"items":{{Items(10)}}}""");
        var page = await _client.GetJsonAsync(path + "/items");
        Assert.Equal((20, true, "list"),
            (page.GetProperty("data").GetArrayLength(), page.GetProperty("has_more").GetBoolean(), page.GetProperty("object").GetString()));
        Assert.Equal("10", page.GetProperty("data")[0].GetProperty("content")[0].GetProperty("text").GetString());
        var rest = await _client.GetJsonAsync(path + "/items?after=" + page.GetProperty("last_id").GetString());
        Assert.Equal((10, false), (rest.GetProperty("data").GetArrayLength(), rest.GetProperty("has_more").GetBoolean()));
        Assert.Equal(30, (await TextsAsync(path, "?limit=100")).Length);
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=101")]
    [InlineData("?order=up")]
    [InlineData("?after=msg_x")]
    public async Task An_invalid_page_is_rejected(string query)
    {
        string path = await CreateAsync();
        var error = await _client.GetJsonAsync(path + "/items" + query, HttpStatusCode.BadRequest);
        Assert.Equal("InvalidParameter", error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task More_than_twenty_items_in_a_request_are_rejected_and_no_item_is_added()
    {
        string path = await CreateAsync();
        await _client.PostJsonAsync(path + "/items", $$"""{"items":{{Items(21)}}}""", HttpStatusCode.BadRequest);
        await _client.PostJsonAsync(path + "/items", """{"items":[{"role":"user","content":"1"},{"type":"function_call","name":"f"}]}""",
            HttpStatusCode.BadRequest);
        Assert.Empty(await TextsAsync(path));
    }

    [Theory]
    [InlineData(17, 1, 1, HttpStatusCode.BadRequest)]
    [InlineData(1, 65, 1, HttpStatusCode.BadRequest)]
    [InlineData(1, 1, 513, HttpStatusCode.BadRequest)]
    [InlineData(16, 64, 512, HttpStatusCode.OK)]
    public async Task The_size_of_metadata_is_limited(int pairs, int keyLength, int valueLength, HttpStatusCode status)
    {
        string metadata = string.Join(',', Enumerable.Range(0, pairs)
            .Select(i => $"\"{i.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(keyLength, 'k')}\":\"{new string('v', valueLength)}\""));
        await _client.PostJsonAsync(EmulatorClient.Conversations, $$$"""{"metadata":{{{{metadata}}}}}""", status);
    }

    [Fact]
    public async Task A_turn_uses_the_items_and_adds_its_message_and_answer()
    {
        string path = await CreateAsync("""{"items":[{"role":"user","content":"My name is Ada."}]}""");
        var response = await SayAsync(path, "What is my name?");
        Assert.Equal("Your name is Ada.", EmulatorClient.OutputText(response));
        Assert.Equal(["My name is Ada.", "What is my name?", "Your name is Ada."], await TextsAsync(path));
        Assert.Equal("Conversations", _client.Emulator.Requests[1].Api);
    }

    [Fact]
    public async Task A_conversation_can_be_specified_by_an_object()
    {
        string path = await CreateAsync();
        await _client.PostJsonAsync(EmulatorClient.Responses, $$"""{"model":"qwen-plus","conversation":{"id":"{{path.Split('/')[^1]}}"},"input":"Hi"}""");
        Assert.Equal(2, (await TextsAsync(path)).Length);
    }

    [Theory]
    [InlineData("error")]
    [InlineData("cut")]
    public async Task A_turn_that_fails_during_streaming_adds_nothing(string fault)
    {
        string path = await CreateAsync();
        _client.Emulator.AddFault(fault == "error" ? new QwenEmulatorFault { ErrorAfterEvents = 6, Path = "/responses" }
            : new QwenEmulatorFault { CutAfterEvents = 6, Cut = QwenEmulatorCut.Truncate });
        await _client.PostTextAsync(EmulatorClient.Responses,
            $$"""{"model":"qwen-plus","conversation":"{{path.Split('/')[^1]}}","input":"Hi","stream":true}""");
        Assert.Empty(await TextsAsync(path));
    }

    [Fact]
    public async Task A_turn_whose_client_disconnects_adds_nothing()
    {
        using var client = new EmulatorClient(new QwenEmulatorOptions { DelayBetweenEvents = TimeSpan.FromMilliseconds(50) });
        string id = (await client.PostJsonAsync(EmulatorClient.Conversations, "{}")).GetProperty("id").GetString()!;
        using (var response =
            await client.PostAsync(EmulatorClient.Responses, $$"""{"model":"qwen-plus","conversation":"{{id}}","input":"Hi","stream":true}"""))
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await EmulatorClient.WaitUntilAsync(() => client.Emulator.ActiveRequests == 0);
        Assert.Equal(0, (await client.GetJsonAsync($"{EmulatorClient.Conversations}/{id}/items")).GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Items_expire_one_by_one_and_the_conversation_does_not_expire()
    {
        string path = await CreateAsync($$"""{"items":{{Items(1)}}}""");
        _client.Emulator.AdvanceClock(TimeSpan.FromDays(4));
        await SayAsync(path, "Later");
        _client.Emulator.AdvanceClock(TimeSpan.FromDays(4));
        Assert.Equal("Later", (await TextsAsync(path))[0]);
        _client.Emulator.AdvanceClock(TimeSpan.FromDays(4));
        Assert.Empty(await TextsAsync(path));
        Assert.Equal("conversation", (await _client.GetJsonAsync(path)).GetProperty("object").GetString());
    }

    [Fact]
    public async Task The_older_path_reaches_the_same_conversations()
    {
        string path = await CreateAsync();
        Assert.Equal("conversation", (await _client.GetJsonAsync(
            path.Replace("/compatible-mode", "/api/v2/apps/protocols/compatible-mode", StringComparison.Ordinal))).GetProperty("object").GetString());
    }

    [Fact]
    public async Task There_is_no_list_of_conversations()
    {
        var error = await _client.GetJsonAsync(EmulatorClient.Conversations, HttpStatusCode.MethodNotAllowed);
        Assert.Equal("Method 'GET' is not allowed for '/compatible-mode/v1/conversations'.", error.GetProperty("message").GetString());
    }
}
