using System.Management.Automation;
using QwenChat.Cost;

namespace QwenChat.Commands;

/// <summary>Returns the usage and cost of conversations. A request is sent only if an id must be looked up on the service.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "QwenConversation", DefaultParameterSetName = ConversationSet)]
[OutputType(typeof(QwenMeasure))]
public sealed class MeasureQwenConversationCommand : ConversationCommand
{
    private const string ConversationSet = "Conversation";
    private const string SessionSet = "Session";
    private readonly List<QwenMeasure> _all = [];

    /// <summary>The conversations, or their ids or names. For a reply, the turns up to and including the reply are measured.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ConversationSet)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object?[] Conversation { get; set; } = [];

    /// <summary>Measures the session instead of conversations: all requests sent from this runspace, including requests that are not turns.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SessionSet)]
    public SwitchParameter Session { get; set; }

    /// <summary>Returns only the totals: one for each currency, and one for usage without a known price.</summary>
    [Parameter]
    public SwitchParameter Total { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == SessionSet)
            Attempt(() => Write(Commands.SessionState.Session.Current.Ledger.Lines));
        else
            ForEach(Conversation, given => Write(ConversationMeasure.Of(Find(given).Continue())));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (var unpriced in _all.Where(measure => measure.Currency is null && measure.Usage is not null).GroupBy(measure => measure.Model))
        {
            WriteWarning(SafeText.Show(
                $"The price of '{unpriced.Key}' at the address of the request is unknown, so its Cost is empty. Get-QwenModel shows the known prices. Get-Help "
                    + "Get-QwenModel explains how to add your own."));
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
