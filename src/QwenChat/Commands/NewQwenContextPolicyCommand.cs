using System.Management.Automation;
using QwenChat.Catalogue;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.Policy;

namespace QwenChat.Commands;

/// <summary>Creates a policy that determines which part of a growing history is sent.</summary>
[Cmdlet(VerbsCommon.New, "QwenContextPolicy")]
[OutputType(typeof(QwenContextPolicy))]
public sealed class NewQwenContextPolicyCommand : StoppableCommand
{
    /// <summary>The number of most recent turns to send.</summary>
    [Parameter]
    public int? KeepTurns { get; set; }

    /// <summary>The number of additional turns that a request may contain before the number of turns is reduced to -KeepTurns.</summary>
    [Parameter]
    public int? SlackTurns { get; set; }

    /// <summary>The share of the model's context window that a request may fill before older turns are summarized.</summary>
    [Parameter]
    public double? SummarizeAt { get; set; }

    /// <summary>The number of input tokens that a request may contain before older turns are summarized.</summary>
    [Parameter]
    public long? SummarizeAtTokens { get; set; }

    /// <summary>Summarizes older turns before the price per token increases.</summary>
    [Parameter]
    public SwitchParameter SummarizeAtPriceTier { get; set; }

    /// <summary>The share of the model's context window that a request may fill after older turns are summarized.</summary>
    [Parameter]
    public double? SummarizeTo { get; set; }

    /// <summary>The number of input tokens that a request may contain after older turns are summarized.</summary>
    [Parameter]
    public long? SummarizeToTokens { get; set; }

    /// <summary>The maximum number of tokens in a summary.</summary>
    [Parameter]
    public int? MaxSummaryTokens { get; set; }

    /// <summary>The number of most recent turns that are never summarized.</summary>
    [Parameter]
    public int KeepVerbatim { get; set; } = 2;

    /// <summary>The model that writes the summaries.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ModelCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? SummaryModel { get; set; }

    /// <summary>The instructions for the summary.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? SummaryInstruction { get; set; }

    /// <summary>The number of omitted turns to recall. The turns most similar to the message are chosen.</summary>
    [Parameter]
    public int? Recall { get; set; }

    /// <summary>The conversations from which turns are recalled.</summary>
    [Parameter]
    public QwenRecallScope? RecallScope { get; set; }

    /// <summary>The store for the turn vectors, or its path. Conversations that use the policy and have no store are also stored there.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? Store { get; set; }

    /// <summary>The embedding model for -Recall.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EmbeddingModelCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? EmbeddingModel { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => Attempt(() =>
    {
        // Summarizing is enabled by any summary parameter and, by default, if neither -KeepTurns nor -Recall is specified.
        bool summarizes = MyInvocation.BoundParameters.Keys.Any(name => name is nameof(KeepVerbatim) or nameof(SummaryModel) or nameof(SummaryInstruction)
                or nameof(SummarizeTo) or nameof(SummarizeToTokens) or nameof(MaxSummaryTokens))
            || (KeepTurns is null && Recall is null);
        var policy = new QwenContextPolicy
        {
            KeepTurns = KeepTurns,
            SlackTurns = SlackTurns,
            SummarizeAt = SummarizeAt ?? (summarizes && SummarizeAtTokens is null && !SummarizeAtPriceTier ? QwenContextPolicy.DefaultSummarizeAt : null),
            SummarizeAtTokens = SummarizeAtTokens,
            SummarizeAtPriceTier = SummarizeAtPriceTier,
            SummarizeTo = SummarizeTo,
            SummarizeToTokens = SummarizeToTokens,
            MaxSummaryTokens = MaxSummaryTokens,
            KeepVerbatim = KeepVerbatim,
            SummaryModel = SummaryModel,
            SummaryInstruction = SummaryInstruction,
            Recall = Recall,
            RecallScope = RecallScope?.ToString(),
            Store = Store is null ? null : Wait(new StoreArgument(Session.Current, SessionState.Path).ReadAsync(Store, mayCreate: true, Cancellation)),
            EmbeddingModel = EmbeddingModel,
        };
        PolicyCheck.Check(policy);
        PolicyCheck.CheckStore(policy, null);
        if (EmbeddingModel is not null && ModelCatalogue.Find(EmbeddingModel) is null)
            WriteWarning(
                $"The catalog does not list {SafeText.Show(EmbeddingModel)}. The model is used with the batch size of the service's own "
                    + "models. Get-Help Get-QwenModel explains how to add the model.");
        WriteObject(policy);
    });
}
