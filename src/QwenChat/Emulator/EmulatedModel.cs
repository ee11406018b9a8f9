namespace QwenChat.Emulator;

/// <summary>Whether a model can think: never, off by default, on by default, or always.</summary>
internal enum EmulatedThinking
{
    Never,
    Off,
    On,
    Only,
}

/// <summary>The behavior of a model, derived from its name. <see cref="EmulatedModels"/> determines which names exist.</summary>
internal sealed record EmulatedModel(string Id)
{
    private const string Omni = "-omni";

    /// <summary>Whether the model is an embedding model, which cannot chat.</summary>
    public bool Embeds { get; init; }

    /// <summary>The thinking support, by model family (wire §7). A model of an unknown family can think, but does not think by default.</summary>
    public EmulatedThinking Thinking { get; } = ThinkingOf(Id);

    /// <summary>The context window (wire §8).</summary>
    public int Window { get; } = WindowOf(Id);

    /// <summary>The maximum number of output tokens (wire §8).</summary>
    public int MaximumOutput { get; } = Id switch
    {
        _ when Begins(Id, "qwen3.8") => 131_072,
        _ when Begins(Id, "qwen3.7", "qwen3.6", "qwen3.5", "qwen3-max", "qwen3-coder") => 65_536,
        _ when Begins(Id, "qwen-plus-character", "qwen-flash-character") => 4_096,
        _ when Begins(Id, "qwen-plus", "qwen-flash", "qwen3-vl", "qwen3-omni-30b") => 32_768,
        _ when Begins(Id, "qwen-turbo", "qwen3-omni") => 16_384,
        _ when Begins(Id, "qwen-omni") => 2_048,
        _ when Begins(Id, "qwen-max", "qwen-long", "qwq", "qvq", "qwen-vl", "qwen-mt", "qwen-doc") => 8_192,
        _ => 65_536,
    };

    /// <summary>The maximum number of thinking tokens (wire §7).</summary>
    public int MaximumThinking { get; } = Begins(Id, "qwen3.8")
        ? 262_144 : Begins(Id, "qwen-plus", "qwen-turbo", "qwen3-235b", "qwen3-32b", "qwen3-30b", "qwen3-14b", "qwen3-8b") ? 38_912 : 81_920;

    /// <summary>Whether all earlier thinking is part of the prompt by default (wire §7).</summary>
    public bool PreservesThinking { get; } = Begins(Id, "qwen3.8-max", "qwen3.8-flash", "qwen3.8-omni-flash");

    /// <summary>Whether the model thinks only in streamed responses, as the service's open-source Qwen3 models do (wire §4.3).</summary>
    public bool ThinksInStreamsOnly { get; } = Id is "qwen3-235b-a22b" or "qwen3-32b" or "qwen3-30b-a3b" or "qwen3-14b" or "qwen3-8b";

    /// <summary>
    /// Whether the model can call functions. The documentation mentions models that cannot call functions, but does not list them; the list here is
    /// assumed [A21].
    /// </summary>
    public bool TakesTools { get; } =
        !Begins(Id, "qvq", "qwen-mt", "qwen-doc", "qwen-audio", "qwen-plus-character", "qwen-flash-character", "qwen3.5-ocr")
        && !Id.Contains("captioner", StringComparison.Ordinal);

    /// <summary>Whether tool calls are streamed only if the request sets <c>tool_stream</c> (wire §14.2).</summary>
    public bool StreamsCallsOnRequest { get; } = Begins(Id, "glm-4", "glm-5") && !Begins(Id, "glm-5.3");

    /// <summary>Whether <c>response_format</c> may be a JSON schema (wire §15).</summary>
    public bool TakesJsonSchema { get; } = Begins(Id, "qwen3.8-max", "qwen3.8-flash", "qwen3.7-max", "qwen3.7-plus", "qwen3.7-flash");

    /// <summary>Whether the chat template rejects system messages after the first message (assumed [A1]).</summary>
    public bool TakesOneSystemMessage { get; } = Begins(Id, "qwen3.5", "qwen3.6", "qwen3.7", "qwen3.8");

    /// <summary>
    /// Returns the maximum number of input tokens that the Responses API passes to the model (wire §20): 90,000 for qwen3.5, 75.5% of the window for
    /// deepseek-v4.1, and about 80% of the window for other models.
    /// </summary>
    public int ResponsesInput(int window) =>
        Begins(Id, "qwen3.5") ? Math.Min(90_000, (int)(window * 0.8)) : (int)(window * (Begins(Id, "deepseek-v4.1") ? 0.755 : 0.8));

    /// <summary>Whether the model reads PDF documents in Chat Completions and the native API (wire §17).</summary>
    public bool ReadsPdf { get; } = Begins(Id, "qwen3.8-max", "qwen3.8-flash", "qwen3.8-27b");

    /// <summary>Whether the model reads files in the Responses API (wire §17).</summary>
    public bool ReadsFiles { get; } = Begins(Id, "qwen3.5-ocr");

    /// <summary>Whether the model does not support the service's own tools (wire §16).</summary>
    public bool HasNoServiceTools { get; } = Begins(Id, "kimi-k2.6", "glm-5.1", "MiniMax-M2.5", "qwen-max");

    /// <summary>Whether web search is the only service tool that the model supports (wire §16).</summary>
    public bool SearchesOnly { get; } = Begins(Id, "qwen3.8-omni");

    /// <summary>Whether the code interpreter of the Responses API requires thinking (wire §16).</summary>
    public bool NeedsThinkingForCode { get; } = Begins(Id, "qwen3.8-max", "qwen3.8-flash", "qwen3.7-max", "qwen3-max");

    /// <summary>Whether the model supports web search only in the Responses API (wire §16).</summary>
    public bool SearchesOverResponsesOnly { get; } = Begins(Id, "deepseek-v4", "glm-5.2", "kimi-k3");

    /// <summary>Whether <c>agent</c> is the only search strategy that the model supports (wire §16).</summary>
    public bool NeedsAgentSearch { get; } = Begins(Id, "qwen3.8-omni", "qwen3.5-omni");

    /// <summary>Whether the model supports only streamed responses (wire §6.5, §12.3).</summary>
    public bool StreamsOnly { get; } = Begins(Id, "qwq", "qvq")
        || (Id.Contains(Omni, StringComparison.Ordinal) && !Id.Contains("captioner", StringComparison.Ordinal));

    /// <summary>Whether the model accepts only one turn, with one audio file and no text (wire §6.6).</summary>
    public bool IsCaptioner { get; } = Id.Contains("captioner", StringComparison.Ordinal);

    /// <summary>Whether the model supports spoken answers (wire §6.5).</summary>
    public bool Speaks { get; } = Id.Contains(Omni, StringComparison.Ordinal) && !Begins(Id, "qwen3.8-omni")
        && !Id.Contains("captioner", StringComparison.Ordinal);

    /// <summary>
    /// The native endpoint (wire §5.1); <c>*</c> for an unknown model, which can use every endpoint; null if the native API does not support the
    /// model.
    /// </summary>
    public string? NativeEndpoint { get; } = Id switch
    {
        _ when Begins(Id, "qwen3.8-2.4t", "qwen3.6-max-preview") => "text-generation",
        "qwen3.7-max-2026-06-08" => "multimodal-generation",
        _ when Begins(Id, "qwen3.7-max") => "text-generation",
        _ when Id.Contains("captioner", StringComparison.Ordinal) => "multimodal-generation",
        _ when Id.Contains(Omni, StringComparison.Ordinal) => null,
        _ when Begins(Id, "qwen3.8", "qwen3.7", "qwen3.6", "qwen3.5", "qwen3-vl", "qwen-vl", "qvq", "qwen-audio") => "multimodal-generation",
        _ when Begins(Id, "qwen") || Begins(Id, "qwq", "deepseek", "glm") => "text-generation",
        _ => "*",
    };

    /// <summary>Returns the maximum number of input tokens, which for some models is slightly lower with thinking (wire §8.2).</summary>
    public int MaximumInput(bool thinking) => Id switch
    {
        _ when Begins(Id, "qwen-plus-latest") => 995_904,
        _ when Begins(Id, "qwen-plus-character") => 32_768,
        _ when Begins(Id, "qwen-flash-character") => 8_000,
        _ when Begins(Id, "qwen-plus", "qwen-flash", "qwen3-coder-plus", "qwen3-coder-flash") => 997_952,
        _ when Window == 1_000_000 => thinking ? 983_616 : 991_808,
        _ when Begins(Id, "qwen3-max") => 258_048,
        _ when Begins(Id, "qwen3-coder") => 204_800,
        _ when Begins(Id, "qwen3-vl", "qwen3.6", "qwen3.5-") && Window == 262_144 && !Id.Contains(Omni, StringComparison.Ordinal) => 260_096,
        _ when Window == 262_144 => 196_608,
        _ when Begins(Id, "qwen-turbo", "qwq", "qwen3-32b", "qwen3-30b", "qwen3-14b", "qwen3-8b") => 98_304,
        _ when Window == 131_072 => 129_024,
        _ when IsCaptioner => 32_768,
        _ when Window == 65_536 => 49_152,
        _ when Window == 32_768 => 30_720,
        _ => Window,
    };

    private static int WindowOf(string id) => id switch
    {
        _ when Begins(id, "qwen-long") => 10_000_000,
        _ when Begins(id, "qwen3-omni") => 65_536,
        _ when Begins(id, "qwen-max", "qwen-omni", "qwen-plus-character") => 32_768,
        _ when Begins(id, "qwen-flash-character") => 8_192,
        _ when Begins(id, "qwen3.6-max-preview", "qwen3-max", "qwen3-coder-next", "qwen3-coder-480b", "qwen3-vl", "qwen3.5-omni", "qwen-doc") => 262_144,
        _ when Begins(id, "qwen3.6-35b", "qwen3.6-27b", "qwen3.5-397b", "qwen3.5-122b", "qwen3.5-27b", "qwen3.5-35b") => 262_144,
        _ when Begins(id, "qwen3.8", "qwen3.7", "qwen3.6", "qwen3.5", "qwen3-coder", "qwen-plus", "qwen-flash") => 1_000_000,
        _ => 131_072,
    };

    private static EmulatedThinking ThinkingOf(string id) => id switch
    {
        "qwen3.7-max-preview" or "qwen3.7-max-2026-05-17" => EmulatedThinking.Only,
        _ when Begins(id, "qwen3.8-2.4t", "qwq", "deepseek-r1", "glm-5.3", "kimi-k3") => EmulatedThinking.Only,
        _ when id.Contains("-thinking", StringComparison.Ordinal) => EmulatedThinking.Only,
        _ when id.Contains("-instruct", StringComparison.Ordinal) || id.Contains("captioner", StringComparison.Ordinal) => EmulatedThinking.Never,
        _ when Begins(id, "qwen-max", "qwen3-coder", "qwen-long", "qwen3.5-omni", "qwen-omni", "qwen-vl", "qwen-mt") => EmulatedThinking.Never,
        _ when Begins(id, "qwen3.8", "qwen3.7", "qwen3.6", "qwen3.5", "deepseek-v4", "glm-4.5", "glm-4.6", "glm-4.7", "glm-5") => EmulatedThinking.On,
        "qwen3-235b-a22b" or "qwen3-32b" or "qwen3-30b-a3b" or "qwen3-14b" or "qwen3-8b" => EmulatedThinking.On,
        _ => EmulatedThinking.Off,
    };

    private static bool Begins(string id, params string[] prefixes) => prefixes.Any(prefix => id.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
