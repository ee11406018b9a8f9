using System.Net;
using Xunit;
using static QwenChat.Tests.Emulator.BatchClient;

namespace QwenChat.Tests.Emulator;

/// <summary>Tests the emulator's files, batch lists and rejections (wire §11).</summary>
public sealed class EmulatedBatchListTests : IDisposable
{
    private readonly BatchClient _client = new();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task The_data_of_an_empty_list_is_null()
    {
        var list = await _client.Client.GetJsonAsync(Batches);
        Assert.Equal("list", list.GetProperty("object").GetString());
        Assert.True(IsNull(list, "data") && IsNull(list, "first_id") && IsNull(list, "last_id"));
        Assert.False(list.GetProperty("has_more").GetBoolean());
    }

    [Fact]
    public async Task Batches_are_found_by_their_input_file_name_status_and_time()
    {
        string first = (await _client.UploadAsync(Line("1"))).GetProperty("id").GetString()!;
        string a = (await _client.CreateAsync(first, more: ",\"metadata\":{\"ds_name\":\"nightly\"}")).GetProperty("id").GetString()!;
        _client.Time.Advance(TimeSpan.FromDays(1));
        string second = (await _client.UploadAsync(Line("1"))).GetProperty("id").GetString()!;
        string b = (await _client.CreateAsync(second)).GetProperty("id").GetString()!;
        Assert.Equal([b, a], await Ids(""));
        Assert.Equal([a], await Ids($"input_file_ids={first}"));
        Assert.Equal([b, a], await Ids($"input_file_ids={first},{second}"));
        Assert.Equal([a], await Ids("ds_name=nightly"));
        Assert.Equal([a], await Ids("status=completed"));
        Assert.Equal([b], await Ids("create_after=20261102"));
        Assert.Equal([a], await Ids("create_before=20261101235959"));
        Assert.Equal([b], await Ids("limit=1"));
        Assert.Equal([a], await Ids($"limit=1&after={b}"));
        Assert.True((await _client.Client.GetJsonAsync(Batches + "?limit=1")).GetProperty("has_more").GetBoolean());
        await _client.Client.GetJsonAsync(Batches + "?limit=0", HttpStatusCode.BadRequest);
        await _client.Client.GetJsonAsync($"{Batches}?input_file_ids={string.Join(',', Enumerable.Range(0, 21))}", HttpStatusCode.BadRequest);

        async Task<string[]> Ids(string query) => (await _client.Client.GetJsonAsync($"{Batches}?{query}")).GetProperty("data").EnumerateArray()
            .Select(batch => batch.GetProperty("id").GetString()!).ToArray();
    }

    [Fact]
    public async Task A_batch_can_be_retrieved_for_30_days()
    {
        string id = await _client.StartAsync(Line("1"));
        var batch = await _client.AtAsync(id, TimeSpan.FromDays(29).TotalSeconds);
        _client.Time.Advance(TimeSpan.FromDays(2));
        await _client.Client.GetJsonAsync($"{Batches}/{id}", HttpStatusCode.NotFound);
        Assert.True(IsNull(await _client.Client.GetJsonAsync(Batches), "data"));
        // The output file can still be read after its batch has expired.
        Assert.Single(await _client.ReadAsync(batch.GetProperty("output_file_id")));
    }

    [Theory]
    [InlineData("23h")]
    [InlineData("337h")]
    [InlineData("15d")]
    [InlineData("24")]
    [InlineData("")]
    public async Task A_window_is_from_1_to_14_days(string window)
    {
        string file = (await _client.UploadAsync(Line("1"))).GetProperty("id").GetString()!;
        await _client.CreateAsync(file, window: window, status: HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task An_invalid_batch_is_rejected()
    {
        var file = await _client.UploadAsync(Line("1"));
        string id = file.GetProperty("id").GetString()!;
        await _client.CreateAsync(id, window: "14d");
        await _client.CreateAsync(id, "/v1/responses", status: HttpStatusCode.BadRequest);
        await _client.CreateAsync("file-batch-0", status: HttpStatusCode.BadRequest);
        string other = (await _client.UploadAsync("text", "file-extract")).GetProperty("id").GetString()!;
        await _client.CreateAsync(other, status: HttpStatusCode.BadRequest);
        await _client.CreateAsync(id, more: $",\"metadata\":{{\"ds_name\":\"{new string('n', 101)}\"}}", status: HttpStatusCode.BadRequest);
        await _client.CreateAsync(id, more: $",\"metadata\":{{\"ds_description\":\"{new string('n', 201)}\"}}", status: HttpStatusCode.BadRequest);
        await _client.CreateAsync(id, more: ",\"metadata\":{\"ds_batch_finish_callback\":\"ftp://x\"}", status: HttpStatusCode.BadRequest);
        await _client.Client.GetJsonAsync($"{Batches}/batch_0", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_file_is_stored_listed_and_deleted()
    {
        var file = await _client.UploadAsync("text", "file-extract");
        string id = file.GetProperty("id").GetString()!;
        Assert.StartsWith("file-fe-", id, StringComparison.Ordinal);
        Assert.Equal("file", file.GetProperty("object").GetString());
        Assert.Equal(4, file.GetProperty("bytes").GetInt32());
        Assert.Equal("input.jsonl", file.GetProperty("filename").GetString());
        Assert.Equal("file-extract", file.GetProperty("purpose").GetString());
        Assert.Equal("processed", file.GetProperty("status").GetString());
        Assert.Equal(_client.Time.GetUtcNow().ToUnixTimeSeconds(), file.GetProperty("created_at").GetInt64());
        Assert.Equal(file.ToString(), (await _client.Client.GetJsonAsync($"{Files}/{id}")).ToString());
        Assert.Equal(1, (await _client.Client.GetJsonAsync(Files)).GetProperty("data").GetArrayLength());
        Assert.Equal(0, (await _client.Client.GetJsonAsync($"{Files}?purpose=batch")).GetProperty("data").GetArrayLength());
        await _client.Client.GetJsonAsync($"{Files}/{id}/content", HttpStatusCode.BadRequest);
        var deleted = await _client.Client.DeleteJsonAsync($"{Files}/{id}");
        Assert.True(deleted.GetProperty("deleted").GetBoolean());
        Assert.Equal(id, deleted.GetProperty("id").GetString());
        await _client.Client.DeleteJsonAsync($"{Files}/{id}", HttpStatusCode.NotFound);
        await _client.Client.GetJsonAsync($"{Files}/{id}", HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("fine-tune", "text")]
    [InlineData("batch", "")]
    public async Task A_file_without_a_purpose_or_content_is_rejected(string purpose, string content)
    {
        var error = (await _client.UploadAsync(content, purpose, HttpStatusCode.BadRequest)).GetProperty("error");
        Assert.Equal("invalid_parameter_error", error.GetProperty("code").GetString());
        await _client.Client.PostJsonAsync(Files, "{}", HttpStatusCode.BadRequest);
    }
}
