using QwenChat.Catalogue;
using QwenChat.Cost;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Protocols;

namespace QwenChat.Recall;

/// <summary>Has texts turned into vectors, in requests that the model takes, one after the other (qwen-api §10.1).</summary>
/// <param name="connection">Where it is asked.</param>
/// <param name="transport">How.</param>
/// <param name="bill">What the calls are held against and count for.</param>
/// <param name="notices">What the user is to know.</param>
internal sealed class EmbeddingCalls(QwenConnection connection, Transport transport, CallBill bill, NoticeQueue notices)
{
    /// <summary>The embedding model of those who name none.</summary>
    public const string DefaultModel = "text-embedding-v4";

    /// <summary>
    /// The share of a model's limit that a turn's text may have by our own count, which may be too low; what is longer is cut there. The
    /// service does not say what it does with longer ones.
    /// </summary>
    private const double SafeShare = 0.5;

    private const int UsualMaximumTokens = 8192;

    /// <summary>Nothing is generated here, so an answer comes soon or not at all; and a turn may be waiting for it.</summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(60);

    /// <summary>What is said is answered without them rather than late.</summary>
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(15);

    /// <summary>How many texts of a model go into one request.</summary>
    public static int TextsPerRequest(string model) => ModelCatalogue.Find(model)?.MaxTextsPerRequest ?? EmbeddingProtocol.UsualTextsPerRequest;

    /// <summary>Refuses what the model is known not to do.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="native">Whether the native endpoint is asked.</param>
    /// <exception cref="QwenException">It would be refused by the service, or silently be something else.</exception>
    public static void Check(EmbeddingRequest request, bool native)
    {
        var facts = ModelCatalogue.Find(request.Model);
        if (facts is { OutputModalities.Count: > 0 } && !facts.OutputModalities.Contains("embedding"))
            throw Refuse(
                $"{request.Model} answers in words. Models for embeddings: "
                    + $"{string.Join(", ", ModelCatalogue.All.Where(IsEmbedding).Select(model => model.Id))}.");
        if (request.Dimensions is { } dimensions && facts is { EmbeddingDimensions.Count: > 0 } && !facts.EmbeddingDimensions.Contains(dimensions))
            throw Refuse($"{request.Model} makes no vectors of {dimensions} dimensions. It makes {string.Join(", ", facts.EmbeddingDimensions)}.");
        if (!native && (request.TextType is not null || request.Instruct is not null))
            throw Refuse("The OpenAI-compatible endpoint takes neither -TextType nor -Instruct. Leave them out, or give -Api DashScope.");
        if (request.Instruct is not null && request.TextType is not null and not "query")
            throw Refuse("-Instruct says what a query is for, and goes with -TextType query alone.");
    }

    /// <summary>One request, with at most as many texts as the model takes.</summary>
    /// <exception cref="QwenException">It failed, or would pass a limit.</exception>
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
        var address = native ? connection.Native(EmbeddingProtocol.NativePath) : connection.Embeddings;
        var answer = await transport.SendAsync(
            new ServiceRequest(HttpMethod.Post, address)
            {
                Body = new ChatRequestBody(body, [], 0, ReadOnlyMemory<byte>.Empty),
                Model = request.Model,
                FirstByteTimeout = s_longestWait,
            },
            read => EmbeddingProtocol.Read(read, request.Texts.Count, request.Dimensions), notices, cancellation).ConfigureAwait(false);
        // The native endpoint counts a total alone; there is no output.
        bill.Count(answer.Usage is { InputTokens: null } usage ? usage with { InputTokens = usage.TotalTokens } : answer.Usage, terms,
            CallPurpose.Embeddings);
        return answer;
    }

    /// <summary>Embeds what is said in conversations. Where there is a native endpoint, it is told whether a text is looked for or searched.</summary>
    /// <param name="model">The embedding model.</param>
    /// <param name="soon">Whether a turn waits, which is answered without embeddings rather than late.</param>
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

    /// <summary>One request, which ends soon, all its retries included.</summary>
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
            throw new QwenException(QwenErrorKind.Timeout, $"{request.Model} gave no embeddings within {s_soon.TotalSeconds:0} s.") { Retryable = true };
        }
    }

    private static bool IsEmbedding(QwenModel model) => model.OutputModalities.Contains("embedding");

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
