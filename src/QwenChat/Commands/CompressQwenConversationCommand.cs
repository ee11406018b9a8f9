using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.Turn;

namespace QwenChat.Commands;

/// <summary>Has the older turns of a conversation summarised now. The transcript stays whole; requests carry the summary in their place.</summary>
[Cmdlet(VerbsData.Compress, "QwenConversation", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(QwenSummary))]
public sealed class CompressQwenConversationCommand : ConversationCommand
{
    /// <summary>The conversations, or their ids or names.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object?[] Conversation { get; set; } = [];

    /// <summary>How many of the newest turns are left as they are; without it as many as the conversation's policy says.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? KeepVerbatim { get; set; }

    /// <summary>The model that summarises; without it the policy's, else the conversation's own.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ModelCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? SummaryModel { get; set; }

    /// <summary>The most tokens of the summary; without it as the policy says.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? MaxSummaryTokens { get; set; }

    /// <summary>What the summary is to be like; without it as the policy says.</summary>
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
            WriteVerbose("There is nothing to summarise: all turns but the newest have a summary.");
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
