using System.Management.Automation;
using QwenChat.Context;

namespace QwenChat.Commands;

/// <summary>Shows what conversations used and cost. Nothing is asked of the service.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "QwenConversation", DefaultParameterSetName = ConversationSet)]
[OutputType(typeof(QwenMeasure))]
public sealed class MeasureQwenConversationCommand : PSCmdlet
{
    private const string ConversationSet = "Conversation";
    private const string SessionSet = "Session";
    private readonly List<QwenMeasure> _all = [];

    /// <summary>Conversations, or replies: then the turns up to them.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ConversationSet)]
    [ValidateNotNull]
    public IQwenConversation[] Conversation { get; set; } = [];

    /// <summary>Everything that was sent from this runspace instead, calls that are no turns included.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SessionSet)]
    public SwitchParameter Session { get; set; }

    /// <summary>Writes the sum alone: one line for each currency, and one for what has no known price.</summary>
    [Parameter]
    public SwitchParameter Total { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            if (ParameterSetName == SessionSet)
                Write(Commands.Session.Current.Ledger.Lines);
            else
                Write(Conversation.SelectMany(conversation => ConversationMeasure.Of(conversation.Continue())));
        }
        catch (QwenException e)
        {
            // The user's own catalogue file is broken.
            ThrowTerminatingError(ErrorTable.RecordOf(e, Environment.GetEnvironmentVariable(ModelCatalogue.FileVariable)));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (var unpriced in _all.Where(measure => measure.Currency is null && measure.Usage is not null).GroupBy(measure => measure.Model))
        {
            WriteWarning(SafeText.Show(
                $"No price of '{unpriced.Key}' is known where it was asked, so its Cost is empty. Get-QwenModel shows the prices that are known; Get-Help Get-QwenModel says how to add your own."));
        }
        if (Total)
            WriteObject(ConversationMeasure.Total(_all), enumerateCollection: true);
    }

    private void Write(IEnumerable<QwenMeasure> measures)
    {
        foreach (var measure in measures)
        {
            _all.Add(measure);
            if (!Total)
                WriteObject(measure);
        }
    }
}
