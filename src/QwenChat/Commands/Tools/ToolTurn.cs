using System.Management.Automation;
using QwenChat.Commands.Schemas;
using QwenChat.Protocols.Tools;
using QwenChat.Tools;
using QwenChat.Turn;

namespace QwenChat.Commands.Tools;

/// <summary>Describes the tools of one turn to the model, and runs them on the pipeline thread.</summary>
internal sealed class ToolTurn
{
    private const int LongestLine = 160;

    private readonly ToolOptions _options;
    private readonly ToolRunner _runner;
    private readonly PathIntrinsics _paths;

    /// <exception cref="QwenException">Two tools have the same name.</exception>
    public ToolTurn(PSCmdlet command, ToolOptions options, Action<string> warn)
    {
        (_options, _paths) = (options, command.SessionState.Path);
        ToolName.CheckDistinct(Tools);
        _runner = new ToolRunner(command, Tools, options.Approval ?? QwenToolApproval.Changes, warn);
    }

    private IReadOnlyList<QwenTool> Tools => _options.Tools ?? [];

    /// <summary>Returns the turn with the tools and the answer schema added.</summary>
    public TurnRequest AddTo(TurnRequest turn) => Tools.Count == 0 && _options.Choice is null ? turn with { Answer = _options.Answer } : turn with
    {
        Answer = _options.Answer,
        Tools = Tools.Select(tool => ToolDefinition.Of(tool.Name, tool.Description, tool.Parameters)).ToArray(),
        ToolChoice = Choice(_options.Choice),
        MaximumToolRounds = _options.MaximumRounds ?? ToolOptions.UsualRounds,
        DeclaredOnly = Tools.Where(tool => tool.Implementation is null).Select(tool => tool.Name).ToHashSet(StringComparer.Ordinal),
    };

    /// <summary>Runs the calls of an answer in order.</summary>
    public void Answer(ToolRun run, Action<QwenToolCall> done, CancellationToken cancellation)
    {
        var answered = new List<QwenToolCall>();
        foreach (var call in run.Calls)
        {
            var result = _runner.Run(call, cancellation);
            answered.Add(result);
            done(result);
        }
        run.Answer(answered);
    }

    /// <summary>Sets the value of an answer that has a schema.</summary>
    public void Answer(AnswerDraft draft) => new AnswerValue(_paths).Make(draft, _options.Answer!);

    public static string Line(QwenToolCall call) => Line($"{call} → {call.Error ?? call.Result}");

    /// <summary>Returns the text of a call as one line that is safe to display.</summary>
    public static string Line(string text)
    {
        text = text.ReplaceLineEndings(" ").Trim();
        return SafeText.ShowLine(text.Length > LongestLine ? text[..LongestLine] + "…" : text);
    }

    private static ToolChoice? Choice(string? word) => word?.ToUpperInvariant() switch
    {
        null => null,
        "AUTO" => ToolChoice.Auto,
        "NONE" => ToolChoice.None,
        "REQUIRED" => ToolChoice.Required,
        _ => ToolChoice.Of(word),
    };
}
