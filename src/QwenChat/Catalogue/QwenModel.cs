using System.Globalization;

namespace QwenChat;

/// <summary>One entry of the model catalogue.</summary>
public sealed record QwenModel
{
    /// <summary>The model's name, as the service has it.</summary>
    public required string Id { get; init; }

    /// <summary>The model whose entry this one follows where it says nothing else, as a snapshot follows its main model; null for most.</summary>
    public string? Like { get; init; }

    /// <summary>The window: input and output together, in tokens; null when not known.</summary>
    public int? ContextWindow { get; init; }

    /// <summary>The most input tokens, for an embedding model those of one text; null when not known.</summary>
    public int? MaxInputTokens { get; init; }

    /// <summary>
    /// The most input tokens that the Responses and Conversations APIs pass on to the model; of more they drop the middle, without an error. Null
    /// where it was not measured: then about 80 % of the window.
    /// </summary>
    public int? MaxResponsesInputTokens { get; init; }

    /// <summary>The most output tokens; null when not known.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary><c>Never</c>, <c>Off</c> (can, by default does not), <c>On</c> (can, by default does), <c>Only</c>; null when not known.</summary>
    public string? Thinking { get; init; }

    /// <summary>The most thinking tokens; null when not known.</summary>
    public int? MaxThinkingTokens { get; init; }

    /// <summary><c>Never</c>, <c>Optional</c> (takes <c>preserve_thinking</c>), <c>Required</c> (wants all its thinking back; qwen-api §7).</summary>
    public string PreserveThinking { get; init; } = "Never";

    /// <summary>True when the limit is <c>max_completion_tokens</c>, false when it is <c>max_tokens</c>.</summary>
    public bool TakesMaxCompletionTokens { get; init; }

    /// <summary>True when an answer can be held to a JSON schema by the service (<c>response_format</c> of type <c>json_schema</c>).</summary>
    public bool TakesJsonSchema { get; init; }

    /// <summary>
    /// The tools of the service that the model has, by API; the Conversations API has those of the Responses API. An API that is missing here is one of
    /// which nothing is known.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> BuiltInTools { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>True when the model answers only as a stream.</summary>
    public bool StreamOnly { get; init; }

    /// <summary>True when the model takes one turn only.</summary>
    public bool SingleTurn { get; init; }

    /// <summary>The APIs that list the model; empty for an embedding model.</summary>
    public IReadOnlyList<string> Apis => ApiKinds.Select(api => api.ToString()).ToArray();

    internal IReadOnlyList<QwenApi> ApiKinds { get; init; } = [];

    /// <summary>The native endpoint: <c>text-generation</c> or <c>multimodal-generation</c>; null when not known.</summary>
    public string? NativeEndpoint { get; init; }

    /// <summary>What goes in: <c>text</c>, <c>image</c>, <c>video</c>, <c>audio</c>, <c>file</c>; empty when not known.</summary>
    public IReadOnlyList<string> InputModalities { get; init; } = [];

    /// <summary>What comes out: <c>text</c>, <c>audio</c>, <c>embedding</c>.</summary>
    public IReadOnlyList<string> OutputModalities { get; init; } = [];

    /// <summary>The lengths an embedding model's vectors can have; empty for other models.</summary>
    public IReadOnlyList<int> EmbeddingDimensions { get; init; } = [];

    /// <summary>The length of a vector when none is asked for; null for other models.</summary>
    public int? DefaultEmbeddingDimension { get; init; }

    /// <summary>The most texts an embedding model takes in one request; null for other models.</summary>
    public int? MaxTextsPerRequest { get; init; }

    /// <summary>
    /// What the service says the model can do, in its words: <c>function-calling</c>, <c>structured-outputs</c>, <c>web-search</c>, <c>cache</c>,
    /// <c>batch</c> … Empty when not known.
    /// </summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>The day from which the model is no longer offered, where the service has announced one.</summary>
    public DateOnly? OfflineDate { get; init; }

    /// <summary>Prices, by region and tier; a region's tiers rise.</summary>
    public IReadOnlyList<QwenModelPrice> Prices { get; init; } = [];

    /// <summary>The day the entry's facts are from; a price has a day of its own.</summary>
    public DateOnly? AsOf { get; init; }

    /// <summary>What else there is to know; null for most.</summary>
    public string? Note { get; init; }

    /// <summary>The input tokens that the Responses and Conversations APIs read, as far as that is known (qwen-api §2.3, facts-2026-11).</summary>
    internal int? ResponsesInput => MaxResponsesInputTokens ?? (int?)(ContextWindow * 0.8);

    /// <summary>The model's name.</summary>
    /// <returns><see cref="Id"/>.</returns>
    public override string ToString() => Id;
}

/// <summary>What a million tokens cost, in one region, for requests up to one size. The whole request is billed at its tier.</summary>
public sealed record QwenModelPrice
{
    /// <summary>Where the price holds.</summary>
    public string Region => RegionKind.ToString();

    internal QwenRegion RegionKind { get; init; }

    /// <summary>The currency, as printed: <c>CNY</c>, <c>USD</c>.</summary>
    public required string Currency { get; init; }

    /// <summary>The most input tokens of the tier; null for the last.</summary>
    public int? UpToInputTokens { get; init; }

    /// <summary>The time of day that the price holds for, in the service's words: <c>peak</c>, <c>offpeak</c>; null for any time.</summary>
    public string? TimeBand { get; init; }

    /// <summary>A million input tokens.</summary>
    public decimal? Input { get; init; }

    /// <summary>A million output tokens.</summary>
    public decimal? Output { get; init; }

    /// <summary>A million output tokens of a thinking answer, where that differs.</summary>
    public decimal? ThinkingOutput { get; init; }

    /// <summary>A million input tokens that the implicit cache had.</summary>
    public decimal? ImplicitCacheHit { get; init; }

    /// <summary>A million input tokens written to the explicit cache.</summary>
    public decimal? ExplicitCacheCreation { get; init; }

    /// <summary>A million input tokens that the explicit cache had.</summary>
    public decimal? ExplicitCacheHit { get; init; }

    /// <summary>A million input tokens of a batch; null where there is no such price.</summary>
    public decimal? BatchInput { get; init; }

    /// <summary>A million output tokens of a batch; null where there is no such price.</summary>
    public decimal? BatchOutput { get; init; }

    /// <summary>The day the price was printed; null when not known.</summary>
    public DateOnly? AsOf { get; init; }

    /// <summary>The price in a line.</summary>
    /// <returns>Such as <c>Singapore, up to 262144: CNY 3.7471 in, 22.4826 out</c>.</returns>
    public override string ToString()
    {
        string tier = (TimeBand is null ? "" : $", {TimeBand}") + (UpToInputTokens is null ? "" : $", up to {UpToInputTokens}");
        string output = Output is null ? "" : string.Create(CultureInfo.InvariantCulture, $", {Output} out");
        return string.Create(CultureInfo.InvariantCulture, $"{Region}{tier}: {Currency} {Input} in{output}");
    }
}
