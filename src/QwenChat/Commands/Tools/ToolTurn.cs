using System.Management.Automation;
using QwenChat.Commands.Schemas;
using QwenChat.Model;
using QwenChat.Protocols.Tools;
using QwenChat.Tools;
using QwenChat.Turn;

namespace QwenChat.Commands.Tools;

/// <summary>The tools of one turn: what the model is told of them, and how its calls are run, on the pipeline thread.</summary>
internal sealed class ToolTurn
{
    private const int LongestLine = 160;

    private readonly ToolOptions _options;
    private readonly ToolRunner _runner;
    private readonly PathIntrinsics _paths;

    /// <param name="command">The command that runs them.</param>
    /// <param name="options">The tools, and how they are called.</param>
    /// <param name="warn">Writes a warning on the pipeline thread.</param>
    /// <exception cref="QwenException">Two tools have one name.</exception>
    public ToolTurn(PSCmdlet command, ToolOptions options, Action<string> warn)
    {
        (_options, _paths) = (options, command.SessionState.Path);
        ToolName.CheckDistinct(Tools);
        _runner = new ToolRunner(command, Tools, options.Approval ?? QwenToolApproval.Changes, warn);
    }

    private IReadOnlyList<QwenTool> Tools => _options.Tools ?? [];

    /// <summary>A turn with the tools, and the schema of its answer.</summary>
    public TurnRequest AddTo(TurnRequest turn) => Tools.Count == 0 && _options.Choice is null ? turn with { Answer = _options.Answer } : turn with
    {
        Answer = _options.Answer,
        Tools = Tools.Select(tool => ToolDefinition.Of(tool.Name, tool.Description, tool.Parameters)).ToArray(),
        ToolChoice = Choice(_options.Choice),
        MaximumToolRounds = _options.MaximumRounds ?? ToolOptions.UsualRounds,
        DeclaredOnly = Tools.Where(tool => tool.Implementation is null).Select(tool => tool.Name).ToHashSet(StringComparer.Ordinal),
    };

    /// <summary>Runs the calls of an answer, one after the other.</summary>
    /// <param name="run">The calls.</param>
    /// <param name="done">Told of each call that was run.</param>
    /// <param name="cancellation">Ends the tool that runs.</param>
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

    /// <summary>Makes the value of an answer of a schema.</summary>
    public void Answer(AnswerDraft draft) => new AnswerValue(_paths).Make(draft, _options.Answer!);

    /// <summary>A call that was run, in a line.</summary>
    public static string Line(QwenToolCall call) => Line($"{call} → {call.Error ?? call.Result}");

    /// <summary>A call in words, in a line that is safe to display.</summary>
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
