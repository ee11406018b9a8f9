using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.Turn;

namespace QwenChat.Commands;

/// <summary>Summarizes the older turns of a conversation now. The transcript stays complete; requests contain the summary instead of these turns.</summary>
[Cmdlet(VerbsData.Compress, "QwenConversation", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(QwenSummary))]
public sealed class CompressQwenConversationCommand : ConversationCommand
{
    /// <summary>The conversations, or their ids or names.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object?[] Conversation { get; set; } = [];

    /// <summary>The number of most recent turns to keep unsummarized. The default is the number in the conversation's policy.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? KeepVerbatim { get; set; }

    /// <summary>The model that writes the summary. The default is the model in the policy; without one, the model of the conversation.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ModelCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? SummaryModel { get; set; }

    /// <summary>The maximum number of tokens in the summary. The default is the maximum in the policy.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? MaxSummaryTokens { get; set; }

    /// <summary>The instructions for the summary. The default is the instructions in the policy.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? SummaryInstruction { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEach(Conversation, given =>
    {
        var conversation = FindWhole(given);
        var client = new QwenClient(Connection ?? conversation.Connection);
        var compression = client.Compression(conversation, Policy(conversation), Session.Current.BudgetsFor(Connection ?? conversation.Connection), Notices);
        if (compression.Preview() is not { } preview)
        {
            WriteVerbose("There is nothing to summarize. All turns are already summarized or are kept verbatim (-KeepVerbatim).");
            return;
        }
        if (!ShouldProcess(SafeText.Show(preview), SafeText.Show(preview), "Compress-QwenConversation"))
            return;
        if (Wait(compression.CarryOutAsync(Cancellation)) is { } summary)
            WriteObject(summary);
    });

    private QwenContextPolicy Policy(QwenConversation conversation)
    {
        var policy = conversation.ContextPolicy ?? new QwenContextPolicy();
        return policy with
        {
            KeepVerbatim = KeepVerbatim ?? policy.KeepVerbatim,
            SummaryModel = SummaryModel ?? policy.SummaryModel,
            SummaryInstruction = SummaryInstruction ?? policy.SummaryInstruction,
            MaxSummaryTokens = MaxSummaryTokens ?? policy.MaxSummaryTokens,
        };
    }
}
