using System.Net;
using System.Net.Http.Headers;
using System.Text;
using QwenChat.Batch;
using QwenChat.Http;
using QwenChat.Model;
using Xunit;

namespace QwenChat.Tests.Batch;

/// <summary>
/// Tests batches on servers that do not filter lists or do not keep metadata, and submissions whose answer is lost.
/// </summary>
public sealed class BatchServiceTests : IDisposable
{
    private readonly BatchSample _sample = new();
    private readonly FakeTime _time = new();

    public void Dispose() => _sample.Dispose();

    private static string Batch(string id, string file, string? note = null, string status = "in_progress") =>
        "{\"id\":\"" + id + "\",\"object\":\"batch\",\"status\":\"" + status + "\",\"input_file_id\":\"" + file + "\",\"metadata\":"
        + (note is null ? "null" : "{\"ds_description\":\"" + note + "\"}") + "}";

    private static string List(bool more, params string[] batches) =>
        "{\"object\":\"list\",\"data\":" + (batches.Length == 0 ? "null" : $"[{string.Join(',', batches)}]") + $",\"has_more\":{(more ? "true" : "false")}}}";

    private (BatchService Service, Answers Answers) Connect(Func<HttpRequestMessage, string?> answer)
    {
        var answers = new Answers(answer);
        var connection = new QwenConnection { CompatibleUri = new Uri("http://127.0.0.1:9/v1"), MaximumRetryCount = 0 };
        return (new BatchService(connection, new Transport(connection, answers, _time, new Random(1)), new NoticeQueue()), answers);
    }

    [Fact]
    public async Task A_batch_is_found_on_any_page_of_an_unfiltered_list()
    {
        var (service, answers) = Connect(request => request.RequestUri!.Query.Contains("after=batch_2", StringComparison.Ordinal)
            ? List(false, Batch("batch_3", "file-1", "mine")) : List(true, Batch("batch_1", "file-2", "mine"), Batch("batch_2", "file-1", "another's")));
        var found = await service.FindAsync("file-1", "mine", default);
        Assert.Equal(("batch_3", "in_progress", "file-1"), (found!.Id, found.Status, found.InputFileId));
        Assert.Equal(2, answers.Seen.Count);
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData("[]", null)]
    [InlineData("[{\"id\":\"batch_1\",\"status\":\"completed\",\"input_file_id\":\"file-1\"}]", "batch_1")]
    [InlineData("[{\"id\":\"../x\",\"status\":\"completed\",\"input_file_id\":\"file-1\"}]", null)]
    public async Task Without_metadata_a_batch_is_recognized_by_its_file(string data, string? id)
    {
        var (service, _) = Connect(_ => "{\"object\":\"list\",\"data\":" + data + ",\"has_more\":true}");
        Assert.Equal(id, (await service.FindAsync("file-1", "mine", default))?.Id);
    }

    [Fact]
    public async Task Reading_an_endless_list_stops()
    {
        int page = 0;
        var (service, _) = Connect(_ => List(true, Batch($"batch_{page++}", "file-2")));
        Assert.Null(await service.FindAsync("file-1", "mine", default));
        Assert.InRange(page, 2, 100);
    }

    [Fact]
    public async Task A_submission_with_a_lost_answer_is_found_and_not_repeated()
    {
        bool isOrdered = false;
        var (service, answers) = Connect(request =>
        {
            if (request.Method == HttpMethod.Get)
                return List(false, isOrdered ? [Batch("batch_1", "file-1")] : []);
            if (request.RequestUri!.AbsolutePath.EndsWith("/files", StringComparison.Ordinal))
                return "{\"id\":\"file-1\"}";
            isOrdered = true;
            return null;
        });
        var record = _sample.Write(BatchLimits.Usual, BatchSample.Request("a"));
        record = await new BatchEngine(service, _time, new NoticeQueue()).StartAsync(record, isFresh: true, default);
        Assert.Equal(("batch_1", true), (record.Parts[0].BatchId, record.IsStarted));
        Assert.Equal("batch_1", BatchJournal.Read(record.Folder)!.Parts[0].BatchId);
        Assert.Single(answers.Seen, seen => seen == "POST /v1/batches");
    }

    [Fact]
    public async Task Every_part_is_submitted_once_even_if_a_submission_fails()
    {
        int orders = 0;
        var (service, _) = Connect(request => request.Method == HttpMethod.Get ? List(false)
            : request.RequestUri!.AbsolutePath.EndsWith("/files", StringComparison.Ordinal) ? "{\"id\":\"file-1\"}"
            : ++orders == 2 ? throw new HttpRequestException(HttpRequestError.ConnectionError) : Batch($"batch_{orders}", "file-1"));
        var record = _sample.Write(new BatchLimits(1, 1000, 1000), BatchSample.Request("a"), BatchSample.Request("b"), BatchSample.Request("c"));
        var engine = new BatchEngine(service, _time, new NoticeQueue());
        await Assert.ThrowsAsync<QwenException>(() => engine.StartAsync(record, isFresh: true, default));
        record = BatchJournal.Read(record.Folder)!;
        Assert.Equal(["batch_1", null, null], record.Parts.Select(part => part.BatchId));
        record = await engine.StartAsync(record, isFresh: true, default);
        Assert.Equal(["batch_1", "batch_3", "batch_4"], record.Parts.Select(part => part.BatchId));
    }

    /// <summary>Answers each request by calling a function. If the function returns null, the connection breaks after the request has arrived.</summary>
    private sealed class Answers(Func<HttpRequestMessage, string?> answer) : HttpMessageHandler
    {
        public List<string> Seen { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Seen.Add($"{request.Method} {request.RequestUri!.AbsolutePath}");
            if (request.Content is not null)
                await request.Content.LoadIntoBufferAsync();
            string json = answer(request) ?? throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection broke.");
            var content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = content, RequestMessage = request };
        }
    }
}
