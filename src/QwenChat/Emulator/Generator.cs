using System.Text.Json;
using QwenChat.Emulator.Endpoints;
using QwenChat.Emulator.ServiceTools;

namespace QwenChat.Emulator;

/// <summary>The emulated model. It counts the tokens of the prompt, gets a reply from the reply source, and truncates the reply at the token limit.</summary>
internal sealed class Generator(QwenEmulatorOptions options, EmulatorClock clock, UploadsEndpoint uploads, RateLimits rates)
{
    private readonly PrefixCache _cache = new();
    private readonly ExplicitCache _explicitCache = new(clock);
    private readonly ReplySource _replies = new(options);
    private int _calls;

    public async Task<Generation> GenerateAsync(GenerationRequest request, ApiCall call)
    {
        var limits = call.IsOfBatch ? null : rates;
        limits?.Admit(request.Model.Id, request.Api == "ChatCompletions" ? ErrorForm.Nested : ErrorForm.Flat);
        uploads.Check(request, call, request.Api == "ChatCompletions" ? ApiRefusal.ChatParameter : ApiRefusal.Parameter);
        var messages = request.Messages;
        int limit = Limit(request);
        int media = messages.Sum(message => message.MediaTokens);
        var prompt = Hash(request, messages);
        if (request.Truncates && Scale(prompt.Tokens) > limit)
        {
            messages = WithoutMiddle(request, prompt, limit);
            prompt = Hash(request, messages);
        }
        int input = Scale(prompt.Tokens);
        if (!request.Truncates && input > limit)
            throw new ContextLengthRefusal(limit);

        var shown = Show(request, messages);
        var reply = await _replies.NextAsync(shown, call.Gone).ConfigureAwait(false);
        // Batch requests get no cache discount (wire §9).
        var (cached, created) = call.IsOfBatch ? (0, null) : Cache(request, prompt);

        var calls = request.ToolUse.Pass(DefaultReply.CallsOf(reply, shown)).Select(Named).ToArray();
        int? budget = Least(request.ThinkingBudget, request.MaximumTokens);
        var (thinking, _) = Cut(request.Thinking || reply.Thinking is not null ? reply.Thinking ?? DefaultReply.Thinking(request.Messages) : "", budget);
        int reasoningTokens = CountPieces(thinking);
        string said = calls.Length > 0 && reply.ToolCalls.Count == 0 ? "" : reply.Text;
        var (text, wasCut) = Cut(UpToStop(said, request.Stops), Least(request.MaximumAnswerTokens, request.MaximumTokens - reasoningTokens));
        if (call.Partial)
            text = text.GetRange(0, text.Count / 2);
        int answerTokens = CountPieces(text) + Scale(calls.Sum(tool => EmulatorTokens.Count(tool.Name) + EmulatorTokens.Count(tool.Arguments)));
        var (more, moreTokens) = await MoreChoicesAsync(request, shown, call.Gone).ConfigureAwait(false);
        int outputTokens = reasoningTokens + (options.EventCount ?? answerTokens) + moreTokens;
        limits?.Count(request.Model.Id, input + outputTokens);
        return new Generation
        {
            CreatedAt = clock.Now,
            Model = request.Model.Id,
            ThinkingPieces = Gather(thinking),
            TextPieces = options.EventCount is { } count ? Repeat(text, count) : Gather(text),
            ToolCalls = calls,
            // A forced tool call has the finish reason "stop" (wire §14.2).
            FinishReason = call.Partial ? null : reply.FinishReason
                ?? (wasCut ? "length" : calls.Length > 0 && request.ToolUse.Forced is null ? "tool_calls" : "stop"),
            MoreChoices = more,
            InputTokens = input,
            CachedTokens = Math.Min(cached, input),
            CacheCreationTokens = created,
            OutputTokens = outputTokens,
            ReasoningTokens = reasoningTokens,
            MediaTokens = media,
            PdfPages = messages.Sum(message => message.Documents.Sum(document => document.Pages)),
            Audio = reply.Audio,
            // The service tools run once per turn, and do not run again when the client sends function results.
            ServiceCalls = messages is [.., { Role: "user" } asked] ? ServiceToolRun.Run(request.ServiceTools, asked.Text) : [],
        };
    }

    private QwenToolCall Named(QwenToolCall call) => call.Id.Length > 0 ? call : call with { Id = $"call_{Interlocked.Increment(ref _calls)}" };

    private async Task<(List<GeneratedChoice> Choices, int Tokens)> MoreChoicesAsync(GenerationRequest request, QwenEmulatorPrompt prompt,
        CancellationToken gone)
    {
        var choices = new List<GeneratedChoice>();
        int tokens = 0;
        while (choices.Count < request.Choices - 1)
        {
            var reply = await _replies.NextAsync(prompt, gone).ConfigureAwait(false);
            var (text, wasCut) = Cut(UpToStop(reply.Text, request.Stops), Least(request.MaximumAnswerTokens, request.MaximumTokens));
            choices.Add(new GeneratedChoice(Gather(text), reply.FinishReason ?? (wasCut ? "length" : "stop")));
            tokens += CountPieces(text);
        }
        return (choices, tokens);
    }

    private static string UpToStop(string text, IReadOnlyList<string> stops)
    {
        int end = stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(text.Length).Min();
        return text[..end];
    }

    /// <summary>
    /// Shortens a prompt that exceeds the limit, as the service does: the messages in the middle are dropped (wire §20). It is assumed that the messages
    /// at the beginning get up to half of the available tokens, and that only complete messages are dropped [A8].
    /// </summary>
    private List<PromptMessage> WithoutMiddle(GenerationRequest request, PrefixCache.PromptHash prompt, int limit)
    {
        var messages = request.Messages;
        // The first entries of prompt.Ends are those of the tools and the instructions.
        int before = prompt.Ends.Count - messages.Count;
        int EndOf(int message) => before + message < 0 ? request.BuiltInTokens : prompt.Ends[before + message].Tokens;
        int SizeOf(int message) => EndOf(message) - EndOf(message - 1);
        int room = limit - Scale(prompt.Tokens - messages.Select((_, index) => SizeOf(index)).Sum());
        // The newest message is never dropped.
        int tail = messages.Count - 1;
        room -= Scale(SizeOf(tail));
        int head = 0;
        for (int half = room / 2; head < tail && Scale(SizeOf(head)) <= half; head++)
        {
            half -= Scale(SizeOf(head));
            room -= Scale(SizeOf(head));
        }
        while (tail > head && Scale(SizeOf(tail - 1)) <= room)
            room -= Scale(SizeOf(--tail));
        return [.. messages.Take(head), .. messages.Skip(tail)];
    }

    /// <summary>Returns how many tokens were read from and written to the implicit or explicit cache. A request cannot use both (wire §9).</summary>
    private (int Cached, int? Created) Cache(GenerationRequest request, PrefixCache.PromptHash prompt)
    {
        int common = Scale(_cache.Add(request.Model.Id, prompt));
        if (!prompt.Ends.Exists(end => end.IsMarked))
            return (common >= options.CacheMinimumTokens ? common : 0, null);
        var (cached, created) = _explicitCache.Use(request.Model.Id, prompt.Ends);
        return (Scale(cached), Scale(created));
    }

    private int Limit(GenerationRequest request) =>
        request.Truncates ? request.Model.ResponsesInput(options.MaximumInputTokens ?? request.Model.Window) : options.MaximumInputTokens
        ?? request.Model.MaximumInput(request.Thinking);

    private static PrefixCache.PromptHash Hash(GenerationRequest request, IReadOnlyList<PromptMessage> messages)
    {
        var hash = new PrefixCache.PromptHash();
        hash.AddFrame("", request.BuiltInTokens);
        if (request.ToolUse.PromptText is { Length: > 0 } tools)
        {
            hash.AddText(tools);
            hash.EndMessage(isMarked: false);
        }
        if (request.Instructions is { Length: > 0 } instructions)
        {
            hash.AddFrame("system", EmulatorTokens.PerMessage);
            hash.AddText(instructions);
            hash.EndMessage(request.MarksInstructions);
        }
        for (int i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            hash.AddFrame(message.Role, EmulatorTokens.PerMessage);
            foreach (string address in message.Media)
                hash.AddFrame(address, message.MediaTokens / message.Media.Count);
            foreach (var document in message.Documents)
                hash.AddFrame(document.Address, message.DocumentTokens / message.Documents.Count);
            if (request.PreserveThinking && message.Thinking is not null)
                hash.AddText(message.Thinking);
            hash.AddText(message.Text);
            hash.AddText(message.Extra);
            hash.EndMessage(message.IsMarked || (request.CachesSession && i == messages.Count - 1));
        }
        hash.AddFrame("assistant", EmulatorTokens.Primer);
        return hash;
    }

    private static QwenEmulatorPrompt Show(GenerationRequest request, IReadOnlyList<PromptMessage> messages) => new()
    {
        Api = request.Api,
        Model = request.Model.Id,
        Instructions = request.Instructions,
        Thinking = request.Thinking,
        Tools = request.ToolUse.Tools,
        ToolChoice = request.ToolUse.Choice,
        ForcedTool = request.ToolUse.Forced,
        ResponseFormat = request.Format?.Text("type"),
        ResponseSchema = request.Format?.Get("json_schema").Get("schema") is { ValueKind: JsonValueKind.Object } schema ? schema.GetRawText() : null,
        Messages = messages.Select(message => new QwenEmulatorMessage(message.Role, message.Text)
        {
            Thinking = message.Thinking,
            Media = message.Attachments,
            ToolCalls = message.ToolCalls,
            ToolCallId = message.ToolCallId,
        }).ToArray(),
    };

    private (List<string> Pieces, bool WasCut) Cut(string text, int? tokens)
    {
        var pieces = EmulatorTokens.Split(text).ToList();
        int? allowed = tokens is { } limit ? (int)(Math.Max(0, limit) / options.TokenFactor) : null;
        return allowed < pieces.Count ? (pieces.GetRange(0, allowed.Value), true) : (pieces, false);
    }

    private int CountPieces(List<string> pieces) => Scale(pieces.Count);

    private List<string> Gather(List<string> tokens)
    {
        // A token without a leading space continues a word.
        var words = new List<string>();
        foreach (string token in tokens)
        {
            if (words.Count > 0 && char.IsLetter(token[0]) && token[0] < '\u2e80' && char.IsLetter(words[^1][^1]))
                words[^1] += token;
            else
                words.Add(token);
        }
        return words.Chunk(Math.Max(1, options.WordsPerEvent)).Select(group => string.Concat(group)).ToList();
    }

    private static List<string> Repeat(List<string> pieces, int count) =>
        Enumerable.Range(0, count).Select(i => pieces.Count == 0 ? "." : pieces[i % pieces.Count]).ToList();

    private int Scale(int tokens) => (int)Math.Round(tokens * options.TokenFactor);

    private static int? Least(int? a, int? b) => a is null ? b : b is null ? a : Math.Min(a.Value, b.Value);
}
