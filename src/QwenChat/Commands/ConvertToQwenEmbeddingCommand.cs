using System.Management.Automation;
using System.Runtime.ExceptionServices;
using QwenChat.Bulk;
using QwenChat.Commands.Bulk;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.Cost;
using QwenChat.Http;
using QwenChat.Protocols;
using QwenChat.Recall;

namespace QwenChat.Commands;

/// <summary>Converts strings to embedding vectors, in the order of the strings.</summary>
[Cmdlet(VerbsData.ConvertTo, "QwenEmbedding")]
[OutputType(typeof(QwenEmbedding))]
public sealed class ConvertToQwenEmbeddingCommand : QwenCommand
{
    private readonly List<string> _waiting = [];
    private EmbeddingCalls? _calls;
    private BulkPipeline<EmbeddingRequest, EmbeddingAnswer>? _bulk;
    private BulkProgress? _progress;
    private bool _hasAllInput;

    /// <summary>The strings to embed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [Text("Text")]
    public string[] Text { get; set; } = [];

    /// <summary>The embedding model.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EmbeddingModelCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string Model { get; set; } = EmbeddingCalls.DefaultModel;

    /// <summary>The number of dimensions of the vectors; the default depends on the model.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(DimensionCompleter))]
    [ValidateRange(1, int.MaxValue)]
    public int? Dimensions { get; set; }

    /// <summary>
    /// The kind of text: search queries (<c>query</c>) or text to be searched (<c>document</c>). Only the native endpoint supports this setting.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(TextTypeCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? TextType { get; set; }

    /// <summary>The purpose of the queries, in English. Only the native endpoint supports this setting.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? Instruct { get; set; }

    /// <summary>The endpoint: OpenAI-compatible (<c>ChatCompletions</c>) or native (<c>DashScope</c>).</summary>
    [Parameter]
    public QwenApi Api { get; set; }

    /// <summary>The maximum number of concurrent requests. The vectors are written in the order of the strings.</summary>
    [Parameter]
    [Between(1, 10_000)]
    public int ThrottleLimit { get; set; } = 1;

    private bool IsNative => MyInvocation.BoundParameters.ContainsKey(nameof(Api)) ? Api == QwenApi.DashScope : TextType is not null || Instruct is not null;

    private EmbeddingRequest Request => new()
    {
        Model = Model,
        Texts = _waiting.ToArray(),
        Dimensions = Dimensions,
        TextType = TextType ?? (Instruct is null ? null : "query"),
        Instruct = Instruct,
    };

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Attempt(() =>
        {
            if (MyInvocation.BoundParameters.ContainsKey(nameof(Api)) && Api is not (QwenApi.ChatCompletions or QwenApi.DashScope))
                throw new QwenException(QwenErrorKind.InvalidRequest,
                    $"The {Api} API does not support embeddings. Remove -Api, or use ChatCompletions (the OpenAI-compatible endpoint) or DashScope (the "
                        + "native endpoint).");
            EmbeddingCalls.Check(Request, IsNative);
            var connection = ConnectionOrDefault;
            if (MyInvocation.BoundParameters.ContainsKey(nameof(ThrottleLimit)))
            {
                _progress = new BulkProgress("Creating embeddings", WriteProgress, TimeProvider.System);
                _bulk = new BulkPipeline<EmbeddingRequest, EmbeddingAnswer>(new BulkOptions(ThrottleLimit, Ordered: true)
                {
                    IsShortage = static failure => failure is QwenException { Kind: QwenErrorKind.BudgetExceeded },
                }, Wait, outcome => Take(_bulk!, outcome), Cancellation);
            }
            _calls = new EmbeddingCalls(connection, Transport.For(connection), new CallBill(null, Session.Current.BudgetsFor(connection)), Notices);
        }, Model);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string text in Text)
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                AttemptOne(() =>
                    throw new QwenException(QwenErrorKind.InvalidRequest,
                        "The string is empty or blank, so it was skipped. The other strings are still embedded."), text);
                continue;
            }
            _waiting.Add(text);
            if (_waiting.Count == EmbeddingCalls.TextsPerRequest(Model))
                Embed();
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_waiting.Count > 0)
            Embed();
        _hasAllInput = true;
        _bulk?.Finish();
        _progress?.Complete();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            _bulk?.End();
    }

    private void Embed() => Attempt(() =>
    {
        var (calls, request, native) = (_calls, Request, IsNative);
        _waiting.Clear();
        if (calls is null)
            return;
        if (_bulk is not null)
            _bulk.Add(request, null, () => calls.EmbedAsync(request, native, Cancellation));
        else
            Write(request, Wait(calls.EmbedAsync(request, native, Cancellation)));
    }, _waiting.ToArray());

    private void Take(BulkPipeline<EmbeddingRequest, EmbeddingAnswer> bulk, BulkOutcome<EmbeddingRequest, EmbeddingAnswer> outcome)
    {
        if (outcome.Failure is OperationCanceledException && Cancellation.IsCancellationRequested)
            throw new PipelineStoppedException();
        // A request can contain several strings, but its failure is written as a single error record.
        string[] texts = outcome.Item.Texts.ToArray();
        if (outcome.Failure is { } failure)
        {
            _progress?.Fail();
            void Report() => AttemptOne(() => ExceptionDispatchInfo.Throw(failure), texts);
            if (failure is QwenException { Kind: var kind } && FailsForAll(kind))
                bulk.EndWith(Report);
            else
                Report();
        }
        else if (outcome.Result is { } answer)
        {
            AttemptOne(() => Write(outcome.Item, answer), texts);
            _progress?.Succeed();
        }
        _progress?.Show(bulk.UnderWay, _hasAllInput);
    }

    private void Write(EmbeddingRequest request, EmbeddingAnswer answer)
    {
        var vectors = answer.Whole();
        for (int i = 0; i < request.Texts.Count; i++)
            WriteObject(new QwenEmbedding(request.Texts[i], vectors[i], request.Model));
    }
}
