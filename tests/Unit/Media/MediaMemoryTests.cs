using System.Net;
using System.Text;
using QwenChat.Http;
using QwenChat.Media;
using QwenChat.Model;
using QwenChat.Turn;
using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Media;

/// <summary>Tests the memory that a large image needs. No other test runs at the same time, because the memory of the whole process is measured.</summary>
[CollectionDefinition(nameof(MediaMemoryTests), DisableParallelization = true)]
[Collection(nameof(MediaMemoryTests))]
public sealed class MediaMemoryTests(ITestOutputHelper output) : IDisposable
{
    private const int Turns = 50;
    private const int Branches = 20;
    private const int ImageBytes = 5 * 1024 * 1024;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_large_image_is_in_memory_once_for_a_conversation_and_its_branches()
    {
        string path = _folder.Write("image.png", TestImage.Png(2000, 2000, ImageBytes));
        // The median is used, because threads left by earlier tests may allocate or release memory during a measurement.
        var measured = new List<long>();
        for (int i = 0; i < 3; i++)
            measured.Add(await MeasureAsync(path));
        long bytes = measured.Order().ElementAt(1);
        output.WriteLine(
            $"{Turns} turns, {Branches} branches, the same image of {ImageBytes / 1048576.0:0.0} MB in {Turns / 10 + Branches} of the turns: "
                + $"{bytes / 1048576.0:0.00} MB held.");
        Assert.InRange(bytes, ImageBytes * 4L / 3, ImageBytes * 3L / 2);
    }

    /// <summary>Returns the number of bytes that a conversation and its branches hold.</summary>
    private static async Task<long> MeasureAsync(string path)
    {
        var held = await HoldAsync(path);
        long with = Settled();
        GC.KeepAlive(held);
        held.Clear();
        return with - Settled();
    }

    /// <summary>Creates a conversation with the image in every tenth turn, and branches that each add another turn with the image.</summary>
    private static async Task<List<QwenConversation>> HoldAsync(string path)
    {
        var connection = QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), new NetworkCredential("", "sk-test").SecurePassword);
        var transport = new Transport(connection, new Swallowing(), TimeProvider.System, Random.Shared);
        var client = new QwenClient(connection, TimeProvider.System, _ => transport);
        // A request can contain two images of this size. Among nine turns and the new message, at most two contain the image.
        var conversation = client.NewConversation(QwenApi.ChatCompletions);
        conversation.ContextPolicy = new QwenContextPolicy { KeepTurns = 9, SlackTurns = 0 };
        for (int turn = 0; turn < Turns; turn++)
            await SendAsync(client, conversation, $"Question {turn}", turn % 10 == 0 ? path : null);
        var held = new List<QwenConversation> { conversation };
        for (int branch = 0; branch < Branches; branch++)
        {
            held.Add(conversation.Branch(conversation.Path.Take(Turns - branch)));
            await SendAsync(client, held[^1], $"Branch {branch}", path);
        }
        return held;
    }

    /// <summary>Collects garbage until no more memory is released, and returns the number of bytes in use.</summary>
    private static long Settled()
    {
        long now = long.MaxValue, last;
        do
        {
            last = now;
            GC.WaitForPendingFinalizers();
            now = GC.GetTotalMemory(forceFullCollection: true);
        }
        while (now < last);
        return now;
    }

    private static async Task SendAsync(QwenClient client, QwenConversation conversation, string text, string? image)
    {
        var media = image is null ? [] : new MediaDraft(hasStore: true, upload: false).Write([new MediaPart(MediaKind.Image, [MediaSource.OfFile(image)])]);
        var turn = new TurnRequest { Message = new MessageDraft("user", [.. media, DraftPart.OfText(text)]) };
        await foreach (var _ in client.RunAsync(conversation, turn, new NoticeQueue(), default))
        {
        }
    }

    /// <summary>Discards the body of each request, and returns an answer.</summary>
    private sealed class Swallowing : HttpMessageHandler
    {
        private const string Answer =
            """{"id":"chatcmpl-1","model":"m","created":1735120033,"choices":[{"index":0,"message":"""
            + """{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}""";

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(Answer, Encoding.UTF8, "application/json") };
        }
    }
}
