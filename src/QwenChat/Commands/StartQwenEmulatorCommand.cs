using System.Management.Automation;
using QwenChat.Commands.Errors;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;

namespace QwenChat.Commands;

/// <summary>Starts an emulator: a server on this machine that implements the Qwen service's APIs.</summary>
[Cmdlet(VerbsLifecycle.Start, "QwenEmulator")]
[OutputType(typeof(QwenEmulator))]
public sealed class StartQwenEmulatorCommand : PSCmdlet
{
    /// <summary>The answers: a script block that creates them, or answers to return in order.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public object[]? Reply { get; set; }

    /// <summary>The faults to simulate.</summary>
    [Parameter, Fault]
    [ArgumentCompleter(typeof(FaultCompleter))]
    [ValidateNotNullOrEmpty]
    public QwenEmulatorFault[]? Fault { get; set; }

    /// <summary>Accepts every model name. By default, only the models in the catalog, and in the file that QWENCHAT_MODELS specifies, are accepted.</summary>
    [Parameter]
    public SwitchParameter AnyModel { get; set; }

    /// <summary>The ids of the knowledge bases that the emulator has.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Text]
    public string[] KnowledgeBase { get; set; } = ["kb-example"];

    /// <summary>The delay between the events of a stream.</summary>
    [Parameter, Duration]
    public TimeSpan DelayBetweenEvents { get; set; }

    /// <summary>The number of words in each stream event.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int WordsPerEvent { get; set; } = 1;

    /// <summary>The number of text events in every stream.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? EventCount { get; set; }

    /// <summary>The factor by which the emulator multiplies its token counts.</summary>
    [Parameter]
    [ValidateRange(0.01, 100.0)]
    public double TokenFactor { get; set; } = 1;

    /// <summary>The maximum number of input tokens of every model.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? MaximumInputTokens { get; set; }

    /// <summary>The maximum number of requests per minute for each model.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? RequestsPerMinute { get; set; }

    /// <summary>The maximum number of tokens per minute for each model.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? TokensPerMinute { get; set; }

    /// <summary>The duration of a batch, on the emulator's clock.</summary>
    [Parameter, Duration]
    public TimeSpan BatchDuration { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            WriteObject(Start());
        }
        catch (QwenException e)
        {
            TerminatingError.With(this, ErrorRecords.RecordOf(e, Reply));
        }
    }

    private QwenEmulator Start()
    {
        var answers = Reply?.Select(answer => answer is PSObject shell ? shell.BaseObject : answer).ToArray() ?? [];
        var script = answers.OfType<ScriptBlock>().FirstOrDefault();
        if (script is not null && answers.Length > 1)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "-Reply accepts one script block, or answers to return in order, but not both. Let the script block choose the answer.");
        }
        var reply = script is null ? null : ReplyScript.Start(script, SessionState.PSVariable);
        var emulator = QwenEmulator.Start(new QwenEmulatorOptions
        {
            KnowledgeBases = KnowledgeBase,
            Reply = reply is null ? null : reply.Answer,
            Replies = script is null ? answers.Select(ReplyValue.Read).ToArray() : [],
            AnyModel = AnyModel,
            DelayBetweenEvents = DelayBetweenEvents,
            WordsPerEvent = WordsPerEvent,
            EventCount = EventCount,
            TokenFactor = TokenFactor,
            MaximumInputTokens = MaximumInputTokens,
            RequestsPerMinute = RequestsPerMinute,
            TokensPerMinute = TokensPerMinute,
            BatchDuration = BatchDuration,
        });
        foreach (var fault in Fault ?? [])
            emulator.AddFault(fault);
        Session.Current.Emulators.Add(emulator, reply);
        return emulator;
    }
}
