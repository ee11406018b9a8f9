namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>All fuzz targets, in groups. The targets in a group share the group's time.</summary>
public static class FuzzTargets
{
    private const string TextModel = "qwen-plus";

    public static IReadOnlyDictionary<string, IReadOnlyList<FuzzTarget>> Groups { get; } = new Dictionary<string, IReadOnlyList<FuzzTarget>>
    {
        ["events"] = [new EventTarget()],
        // Responses and Conversations share a reader.
        ["protocols"] =
        [
            new AnswerTarget("ChatCompletions, streamed", QwenApi.ChatCompletions, TextModel, stream: true),
                new AnswerTarget("ChatCompletions", QwenApi.ChatCompletions, TextModel, stream: false),
            new AnswerTarget("Responses and Conversations, streamed", QwenApi.Responses, TextModel, stream: true),
                new AnswerTarget("Responses and Conversations", QwenApi.Responses, TextModel, stream: false),
            new AnswerTarget("DashScope, streamed", QwenApi.DashScope, TextModel, stream: true),
                new AnswerTarget("DashScope", QwenApi.DashScope, TextModel, stream: false),
            new AnswerTarget("DashScope multimodal, streamed", QwenApi.DashScope, "qwen3-vl-plus", stream: true),
            new EmbeddingTarget(), new ErrorTarget(), new StateTarget(), new RedactionTarget(), new PathTarget(),
        ],
        ["import"] =
        [
            new ImportTarget(".json", isLines: false, SeedFiles.Conversations), new ImportTarget(".jsonl", isLines: true, SeedFiles.ConversationLogs),
            new ImportTarget("messages", isLines: false, SeedFiles.Transcripts),
                new ImportTarget("messages in lines", isLines: true, SeedFiles.TranscriptLines),
        ],
        ["catalogue"] = [new CatalogueTarget()],
        ["pages"] = [new PageTarget(), new DisplayTarget()],
    };
}
