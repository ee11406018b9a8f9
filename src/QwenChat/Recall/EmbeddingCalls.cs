using QwenChat.Catalogue;
using QwenChat.Cost;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Protocols;

namespace QwenChat.Recall;

/// <summary>Embeds texts in consecutive requests of a size that the model supports (wire §10.1).</summary>
internal sealed class EmbeddingCalls(QwenConnection connection, Transport transport, CallBill bill, NoticeQueue notices)
{
    public const string DefaultModel = "text-embedding-v4";

    /// <summary>
    /// The maximum fraction of a model's limit that a text may use; longer text is truncated. The local token count may be too low, and how the service handles
    /// longer text is not documented.
    /// </summary>
    private const double SafeShare = 0.5;

    private const int UsualMaximumTokens = 8192;

    /// <summary>The timeout for the first byte. Embeddings are not generated token by token, so a response arrives soon or not at all.</summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(60);

    /// <summary>The timeout while a message is waiting for recall. After this time, recall uses only keyword search.</summary>
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(15);

    public static int TextsPerRequest(string model) => ModelCatalogue.Find(model)?.MaxTextsPerRequest ?? EmbeddingProtocol.UsualTextsPerRequest;

    /// <summary>Rejects options that the model is known not to support.</summary>
    /// <exception cref="QwenException">The service would reject the request, or silently change it.</exception>
    public static void Check(EmbeddingRequest request, bool native)
    {
        var facts = ModelCatalogue.Find(request.Model);
        if (facts is { OutputModalities.Count: > 0 } && !facts.OutputModalities.Contains("embedding"))
            throw Refuse(
                $"{request.Model} is not an embedding model. Embedding models: "
                    + $"{string.Join(", ", ModelCatalogue.All.Where(IsEmbedding).Select(model => model.Id))}.");
        if (request.Dimensions is { } dimensions && facts is { EmbeddingDimensions.Count: > 0 } && !facts.EmbeddingDimensions.Contains(dimensions))
            throw Refuse($"{request.Model} does not support {dimensions} dimensions. It supports {string.Join(", ", facts.EmbeddingDimensions)}.");
        if (!native && (request.TextType is not null || request.Instruct is not null))
            throw Refuse("The OpenAI-compatible endpoint does not support -TextType or -Instruct. Omit them, or use -Api DashScope.");
        if (request.Instruct is not null && request.TextType is not null and not "query")
            throw Refuse("-Instruct describes the purpose of a query and requires -TextType query.");
    }

    /// <summary>Sends one request, with at most as many texts as the model supports.</summary>
    /// <exception cref="QwenException">The request failed, or would exceed a limit.</exception>
    public async Task<EmbeddingAnswer> EmbedAsync(EmbeddingRequest request, bool native, CancellationToken cancellation)
    {
        var terms = new BillingTerms(request.Model, connection.PriceRegion, ExplicitCache: false);
        var reserved = await bill.ReserveAsync(new Forecast((long)request.Texts.Sum(text => TokenCount.OfText(text)), 0, terms), cancellation)
            .ConfigureAwait(false);
        try
        {
            return await EmbedAsync(request, native, terms, cancellation).ConfigureAwait(false);
        }
        finally
        {
            CallBill.Release(reserved);
        }
    }

    private async Task<EmbeddingAnswer> EmbedAsync(EmbeddingRequest request, bool native, BillingTerms terms, CancellationToken cancellation)
    {
        var body = native ? EmbeddingProtocol.WriteNative(request) : EmbeddingProtocol.WriteCompatible(request);
        var address = native ? connection.Native(EmbeddingProtocol.NativePath, "Omit -Api, -TextType and -Instruct") : connection.Embeddings;
        var answer = await transport.SendAsync(
            new ServiceRequest(HttpMethod.Post, address)
            {
                Body = new ChatRequestBody(body, [], 0, ReadOnlyMemory<byte>.Empty),
                Model = request.Model,
                FirstByteTimeout = s_longestWait,
            },
            read => EmbeddingProtocol.Read(read, request.Texts.Count, request.Dimensions), notices, cancellation).ConfigureAwait(false);
        // The native endpoint reports only the total number of tokens, all of which are input.
        bill.Count(answer.Usage is { InputTokens: null } usage ? usage with { InputTokens = usage.TotalTokens } : answer.Usage, terms,
            CallPurpose.Embeddings);
        return answer;
    }

    /// <summary>
    /// Creates an embedder for conversation texts. Requests to the native endpoint state whether the texts are queries. <paramref name="soon"/> selects the
    /// short timeout, for a turn that is waiting.
    /// </summary>
    public Embedder Embedder(string model, bool soon = false) => new(model, async (texts, areQueries, cancellation) =>
    {
        bool native = connection.CompatibleUri is null;
        var facts = ModelCatalogue.Find(model);
        double most = (facts?.MaxInputTokens ?? UsualMaximumTokens) * SafeShare;
        var whole = new EmbeddingRequest { Model = model, Texts = texts.Select(text => TokenCount.Cut(text, most)).ToArray(), TextType = native && areQueries
            ? "query" : null };
        var vectors = new List<float[]?>(texts.Count);
        foreach (var batch in EmbeddingProtocol.Batches(whole, facts))
            vectors.AddRange((soon ? await EmbedSoonAsync(batch, native, cancellation).ConfigureAwait(false)
                : await EmbedAsync(batch, native, cancellation).ConfigureAwait(false)).Vectors);
        return vectors;
    });

    /// <summary>Sends one request with a short timeout, which also covers the retries.</summary>
    private async Task<EmbeddingAnswer> EmbedSoonAsync(EmbeddingRequest request, bool native, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(s_soon, transport.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await EmbedAsync(request, native, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new QwenException(QwenErrorKind.Timeout,
                FormattableString.Invariant($"{request.Model} did not return embeddings within {s_soon.TotalSeconds:0} s.")) { Retryable = true };
        }
    }

    private static bool IsEmbedding(QwenModel model) => model.OutputModalities.Contains("embedding");

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
