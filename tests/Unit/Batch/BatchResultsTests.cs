using QwenChat.Batch;
using QwenChat.Model;
using Xunit;
using static QwenChat.Tests.Batch.BatchSample;

namespace QwenChat.Tests.Batch;

public sealed class BatchResultsTests : IDisposable
{
    private readonly BatchSample _sample = new();

    public void Dispose() => _sample.Dispose();

    private static (string[] Outcomes, string[] Warnings) Read(BatchRecord record)
    {
        var notices = new NoticeQueue();
        var outcomes = BatchResults.Read(record, record.Parts[0], notices).Outcomes()
            .Select(outcome => $"{outcome.Entry.Id}: {outcome.Result?.Answer!.Text ?? $"{outcome.Failure!.Kind} {outcome.Failure.Code}"}").ToArray();
        var warnings = new List<string>();
        while (notices.TryTake(out var notice))
            warnings.Add(notice.Text);
        return (outcomes, [.. warnings]);
    }

    [Fact]
    public void Results_are_in_the_order_of_the_requests()
    {
        var record = _sample.Ended("a", "b", "c");
        WriteResults(record, Answer("c", "3") + Answer("a", "1"), Answer("b", "x", 500));
        var (outcomes, warnings) = Read(record);
        Assert.Equal(["a: 1", "b: ServiceUnavailable", "c: 3"], outcomes.Select(outcome => outcome.TrimEnd()));
        Assert.Empty(warnings);
    }

    [Fact]
    public void A_result_has_the_fields_of_a_reply()
    {
        var record = _sample.Ended("a");
        WriteResults(record, Answer("a", "1"));
        var outcome = Assert.Single(BatchResults.Read(record, record.Parts[0], new NoticeQueue()).Outcomes());
        var result = outcome.Result!;
        Assert.Equal("r-a", result.RequestId);
        Assert.Equal((3L, 4L), (result.Usage!.InputTokens!.Value, result.Usage.OutputTokens!.Value));
        Assert.Equal(("stop", "qwen-flash", "chatcmpl-1", QwenReplyState.Completed),
            (result.Answer!.FinishReason, result.Answer.Model, result.Answer.ResponseId, result.Answer.State));
        Assert.Equal(1776432582, result.Answer.CreatedAt!.Value.ToUnixTimeSeconds());
        Assert.Null(outcome.Failure);
    }

    [Fact]
    public void A_request_has_one_outcome_even_if_the_service_repeats_a_result()
    {
        var record = _sample.Ended("a", "b");
        WriteResults(record, Answer("a", "1") + Answer("a", "2") + Answer("z", "3") + "rubbish\n\n", Answer("a", "x", 500) + Answer("b", "y", 429));
        var (outcomes, warnings) = Read(record);
        Assert.Equal(["a: 1", "b: RateLimited"], outcomes.Select(outcome => outcome.TrimEnd()));
        Assert.Equal(
            [
                "In the service's results for the batch 'test', 1 result with an unknown request id was ignored.",
                "In the service's results for the batch 'test', 2 results for requests that already have a result were ignored.",
                "In the service's results for the batch 'test', 1 unreadable line was ignored.",
            ],
            warnings);
    }

    [Theory]
    [InlineData("completed", "Missing")]
    [InlineData("expired", "Expired")]
    [InlineData("cancelled", "Cancelled")]
    [InlineData("failed", "Failed")]
    public void A_request_without_a_result_was_not_run(string status, string code)
    {
        var record = _sample.Ended("a", "b");
        record = record.With(record.Parts[0] with { Status = status });
        WriteResults(record, status == "failed" ? null : Answer("b", "2"));
        Assert.Equal($"a: BatchNotRun {code}", Read(record).Outcomes[0]);
    }

    [Fact]
    public void The_error_of_a_rejected_batch_contains_the_line()
    {
        var record = _sample.Ended("a", "b");
        record = record.With(record.Parts[0] with { Status = "failed", Faults = [new BatchFaultLine("mismatched_model", "Two models.", 2)] });
        var outcomes = BatchResults.Read(record, record.Parts[0], new NoticeQueue()).Outcomes().ToArray();
        Assert.Contains("because of line 2, so this request was not run: Two models.", outcomes[0].Failure!.Message, StringComparison.Ordinal);
        Assert.Contains("because of this request: Two models.", outcomes[1].Failure!.Message, StringComparison.Ordinal);
        Assert.All(outcomes, outcome => Assert.Equal("mismatched_model", outcome.Failure!.Code));
    }

    [Theory]
    [InlineData("""{"custom_id":"a","response":null,"error":{"code":"batch_expired","message":"Late."}}""", "Late.")]
    [InlineData("""{"custom_id":"a","response":{"status_code":400,"body":{"error":{"code":"invalid_parameter_error","message":"Bad."}}}}""", "Bad.")]
    [InlineData("""{"custom_id":"a","response":{"status_code":400,"body":{"code":"InvalidParameter","message":"Flat."}},"error":null}""", "Flat.")]
    [InlineData("""{"custom_id":"a","response":{"status_code":200,"body":{}},"error":null}""", "without choices")]
    [InlineData("""{"custom_id":"a","response":{"status_code":200},"error":null}""", "a result without an answer")]
    [InlineData("""{"custom_id":"a"}""", "a result without an answer")]
    public void Every_form_of_failure_is_read(string line, string says)
    {
        var record = _sample.Ended("a");
        WriteResults(record, null, line + "\n");
        var outcome = Assert.Single(BatchResults.Read(record, record.Parts[0], new NoticeQueue()).Outcomes());
        Assert.Null(outcome.Result);
        Assert.Contains(says, outcome.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unicode_line_separators_do_not_end_a_line()
    {
        string odd = "one\u2028two\u2029three\u0085four";
        var record = _sample.Write(BatchLimits.Usual, Request("a", odd), Request("b"));
        record = record.With(record.Parts[0] with { BatchId = "batch_1", Status = "completed" });
        WriteResults(record, Answer("a", odd) + Answer("b", "2").TrimEnd('\n'));
        Assert.Equal([$"a: {odd}", "b: 2"], Read(record).Outcomes);
        Assert.Equal(odd, BatchResults.Read(record, record.Parts[0], new NoticeQueue()).Outcomes().First().Entry.Turn.Message);
    }

    [Fact]
    public void A_request_can_be_rebuilt_from_its_entry()
    {
        var record = _sample.Ended("a", "b");
        var results = BatchResults.Read(record, record.Parts[0], new NoticeQueue());
        var entry = results.Outcomes().Last().Entry;
        var request = results.RequestOf(entry, BatchSample.Connection, 1);
        Assert.Equal(("b", "Hello", "qwen-flash", 1), (request.Id, request.Message, request.Model, request.InputObject));
        Assert.Equal(Request("b").Body, request.Body);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64 * 1024 + 1)]
    [InlineData(300_000)]
    public void Lines_of_any_length_are_read(int length)
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)'a', length), (byte)'\n', .. "\r\n \nb\n"u8, .. Enumerable.Repeat((byte)'c', length)];
        using var stream = new MemoryStream(bytes);
        var lines = JsonLines.Of(stream, 1_000_000).Select(line => (line.Start, line.Bytes.Length, First: (char)line.Bytes.Span[0])).ToArray();
        Assert.Equal([(0L, length, 'a'), (length + 5L, 1, 'b'), (length + 7L, length, 'c')], lines);
        Assert.Throws<InvalidDataException>(() => JsonLines.Of(new MemoryStream(new byte[200_000]), 100_000).ToArray());
    }
}
