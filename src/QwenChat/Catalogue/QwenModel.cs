using System.Globalization;

namespace QwenChat;

/// <summary>One entry of the model catalog.</summary>
public sealed record QwenModel
{
    /// <summary>The name of the model on the service.</summary>
    public required string Id { get; init; }

    /// <summary>The model from which this entry inherits, such as the main model of a snapshot; null for most models.</summary>
    public string? Like { get; init; }

    /// <summary>The context window: input and output together, in tokens; null if unknown.</summary>
    public int? ContextWindow { get; init; }

    /// <summary>The maximum number of input tokens; for an embedding model, the maximum for one text. Null if unknown.</summary>
    public int? MaxInputTokens { get; init; }

    /// <summary>
    /// The maximum number of input tokens with the Responses and Conversations APIs, which silently drop the middle of longer input. Null if the number
    /// was not measured; then 80% of <see cref="ContextWindow"/> is assumed.
    /// </summary>
    public int? MaxResponsesInputTokens { get; init; }

    /// <summary>The maximum number of output tokens; null if unknown.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>
    /// Whether the model thinks: <c>Never</c>, <c>Off</c> (supported, off by default), <c>On</c> (supported, on by default) or <c>Only</c>; null if
    /// unknown.
    /// </summary>
    public string? Thinking { get; init; }

    /// <summary>The maximum number of thinking tokens; null if unknown.</summary>
    public int? MaxThinkingTokens { get; init; }

    /// <summary>
    /// Whether the model reads its earlier thinking: <c>Never</c>, <c>Optional</c> (accepts <c>preserve_thinking</c>) or <c>Required</c> (the history
    /// must contain the thinking; wire §7).
    /// </summary>
    public string PreserveThinking { get; init; } = "Never";

    /// <summary>True if the output limit is sent as <c>max_completion_tokens</c>, false if it is sent as <c>max_tokens</c>.</summary>
    public bool TakesMaxCompletionTokens { get; init; }

    /// <summary>True if the service can enforce a JSON schema for the answer (<c>response_format</c> of type <c>json_schema</c>).</summary>
    public bool TakesJsonSchema { get; init; }

    /// <summary>
    /// The model's service tools, by API. The Conversations API has the tools of the Responses API. For an API that is not listed, the tools are unknown.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> BuiltInTools { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>True if the model only supports streaming.</summary>
    public bool StreamOnly { get; init; }

    /// <summary>True if the model supports only one turn.</summary>
    public bool SingleTurn { get; init; }

    /// <summary>The APIs that support the model; empty for an embedding model.</summary>
    public IReadOnlyList<string> Apis => ApiKinds.Select(api => api.ToString()).ToArray();

    internal IReadOnlyList<QwenApi> ApiKinds { get; init; } = [];

    /// <summary>The native endpoint: <c>text-generation</c> or <c>multimodal-generation</c>; null if unknown.</summary>
    public string? NativeEndpoint { get; init; }

    /// <summary>The input modalities: <c>text</c>, <c>image</c>, <c>video</c>, <c>audio</c>, <c>file</c>; empty if unknown.</summary>
    public IReadOnlyList<string> InputModalities { get; init; } = [];

    /// <summary>The output modalities: <c>text</c>, <c>audio</c>, <c>embedding</c>.</summary>
    public IReadOnlyList<string> OutputModalities { get; init; } = [];

    /// <summary>The supported vector lengths of an embedding model; empty for other models.</summary>
    public IReadOnlyList<int> EmbeddingDimensions { get; init; } = [];

    /// <summary>The default vector length; null for other models.</summary>
    public int? DefaultEmbeddingDimension { get; init; }

    /// <summary>The maximum number of texts in one request of an embedding model; null for other models.</summary>
    public int? MaxTextsPerRequest { get; init; }

    /// <summary>
    /// The features of the model, in the service's terms: <c>function-calling</c>, <c>structured-outputs</c>, <c>web-search</c>, <c>cache</c>,
    /// <c>batch</c> … Empty if unknown.
    /// </summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>The date when the model is discontinued, if the service has announced one.</summary>
    public DateOnly? OfflineDate { get; init; }

    /// <summary>The prices, by region and tier. For each region and time of day, the tiers are in increasing order.</summary>
    public IReadOnlyList<QwenModelPrice> Prices { get; init; } = [];

    /// <summary>The date of the data in the entry; a price has a separate date.</summary>
    public DateOnly? AsOf { get; init; }

    /// <summary>Additional notes; null for most models.</summary>
    public string? Note { get; init; }

    /// <summary>The number of input tokens that the Responses and Conversations APIs read (wire §2.3, §20); null if unknown.</summary>
    internal int? ResponsesInput => MaxResponsesInputTokens ?? (int?)(ContextWindow * 0.8);

    /// <summary>Returns the name of the model.</summary>
    /// <returns><see cref="Id"/>.</returns>
    public override string ToString() => Id;
}

/// <summary>
/// One tier of a model's prices in a region, per million tokens. The size of a request determines the tier, which applies to the whole request.
/// </summary>
public sealed record QwenModelPrice
{
    /// <summary>The region where the price applies.</summary>
    public string Region => RegionKind.ToString();

    internal QwenRegion RegionKind { get; init; }

    /// <summary>The currency code, such as <c>CNY</c> or <c>USD</c>.</summary>
    public required string Currency { get; init; }

    /// <summary>The maximum number of input tokens in the tier; null for the last tier.</summary>
    public int? UpToInputTokens { get; init; }

    /// <summary>The time of day for the price, in the service's terms: <c>peak</c>, <c>offpeak</c>; null for any time.</summary>
    public string? TimeBand { get; init; }

    /// <summary>The price per million input tokens.</summary>
    public decimal? Input { get; init; }

    /// <summary>The price per million output tokens.</summary>
    public decimal? Output { get; init; }

    /// <summary>The price per million output tokens of an answer with thinking, if different.</summary>
    public decimal? ThinkingOutput { get; init; }

    /// <summary>The price per million input tokens read from the implicit cache.</summary>
    public decimal? ImplicitCacheHit { get; init; }

    /// <summary>The price per million input tokens written to the explicit cache.</summary>
    public decimal? ExplicitCacheCreation { get; init; }

    /// <summary>The price per million input tokens read from the explicit cache.</summary>
    public decimal? ExplicitCacheHit { get; init; }

    /// <summary>The price per million input tokens in a batch; null if there is no batch price.</summary>
    public decimal? BatchInput { get; init; }

    /// <summary>The price per million output tokens in a batch; null if there is no batch price.</summary>
    public decimal? BatchOutput { get; init; }

    /// <summary>The date when the price was published; null if unknown.</summary>
    public DateOnly? AsOf { get; init; }

    /// <summary>Returns the price as one line.</summary>
    /// <returns>A string such as <c>Singapore, up to 262144: CNY 3.7471 in, 22.4826 out</c>.</returns>
    public override string ToString()
    {
        string tier = (TimeBand is null ? "" : $", {TimeBand}") + (UpToInputTokens is null ? "" : $", up to {UpToInputTokens}");
        string output = Output is null ? "" : string.Create(CultureInfo.InvariantCulture, $", {Output} out");
        return string.Create(CultureInfo.InvariantCulture, $"{Region}{tier}: {Currency} {Input} in{output}");
    }
}
