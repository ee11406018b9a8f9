using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using System.Text.Json.Nodes;
using QwenChat.Tools;

namespace QwenChat.Commands.Tools;

/// <summary>Runs the tool calls of one turn on the pipeline thread: finds the tool, checks the arguments, asks the user, and runs the tool.</summary>
/// <param name="command">The command that runs the tools.</param>
/// <param name="tools">The tools, with distinct names.</param>
/// <param name="approval">Specifies when the user is asked for approval.</param>
/// <param name="warn">
/// Writes a warning on the pipeline thread. A warning that would end the command (-WarningAction Stop) must be held until the turn is saved.
/// </param>
internal sealed class ToolRunner(PSCmdlet command, IReadOnlyList<QwenTool> tools, QwenToolApproval approval, Action<string> warn)
{
    private const string CallAgain = " Call again with corrected arguments.";

    private ToolPermission? _permission;

    /// <summary>Runs a call. If the call is invalid or the tool fails, the returned call contains the error.</summary>
    /// <returns>The call, with a result if the tool ran.</returns>
    /// <exception cref="OperationCanceledException">The run was canceled.</exception>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped.</exception>
    public QwenToolCall Run(QwenToolCall call, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        // Models sometimes change the case of a name. Tool names are distinct even if case is ignored.
        var tool = tools.FirstOrDefault(one => one.Name.Equals(call.Name, StringComparison.OrdinalIgnoreCase));
        if (tool?.Implementation is null)
        {
            string[] runnable = [.. tools.Where(one => one.Implementation is not null).Select(one => one.Name)];
            string others = runnable.Length switch
            {
                0 => "",
                1 => $" The only tool is {runnable[0]}.",
                _ => $" The tools are {string.Join(", ", runnable)}.",
            };
            return Fail(call, $"There is no tool '{call.Name}'.{others}");
        }
        if (ToolCallArguments.Read(tool, call.Arguments, out string? error) is not { } arguments)
            return Fail(call, error + CallAgain);
        try
        {
            return tool.Implementation is NativeTool program ? RunProgram(call, tool, program, arguments, cancellation)
                : RunCommand(call, tool, (CommandTool)tool.Implementation, arguments, cancellation);
        }
        catch (QwenException refused)
        {
            return Fail(call, refused.Message);
        }
    }

    private QwenToolCall RunCommand(QwenToolCall call, QwenTool tool, CommandTool implementation, JsonObject arguments, CancellationToken cancellation)
    {
        Hashtable table;
        object target;
        try
        {
            target = implementation.Resolve(command.InvokeCommand);
            table = new ArgumentBinder(command.SessionState.Path).Bind(implementation, arguments);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or RuntimeException)
        {
            return Fail(call, e.Message + CallAgain);
        }
        bool isFree = IsFree(tool, () => implementation.Risk == ToolRisk.None
            || (implementation.Risk == ToolRisk.Reads && new PathRule(command.SessionState.Path).IsInside(implementation, Given(table, arguments))));
        if (!MayRun(call, tool, isFree, () => CommandText.Of(SafeText.ShowLine(implementation.Command == "{…}" ? tool.Name : implementation.Command), table),
            out bool? approved, out var refusal))
            return refusal!;
        if (implementation.HasCommonParameters && !table.ContainsKey("ErrorAction"))
            table["ErrorAction"] = ActionPreference.Continue;
        if (implementation.SupportsShouldProcess && !table.ContainsKey("Confirm"))
            table["Confirm"] = false;
        return Time(call, approved, () => new CommandRun(command, warn).Invoke(target, table, tool.Timeout, cancellation));
    }

    private QwenToolCall RunProgram(QwenToolCall call, QwenTool tool, NativeTool program, JsonObject arguments, CancellationToken cancellation)
    {
        string[] given = [.. program.FixedArguments ?? (arguments[NativeTool.ArgumentsName] as JsonArray)?.Select(one => one!.GetValue<string>()) ?? []];
        bool isFree = IsFree(tool, () => false);
        if (!MayRun(call, tool, isFree, () => CommandText.Of(SafeText.ShowLine(program.Command), given), out bool? approved, out var refusal))
            return refusal!;
        string folder = command.SessionState.Path.CurrentFileSystemLocation.ProviderPath;
        // The session runs no other code while the program runs, so the pipeline thread can block. Cancellation ends the wait.
        return Time(call, approved, () => NativeRun.RunAsync(program.FileName, given, folder, tool.Timeout, cancellation).GetAwaiter().GetResult());
    }

    private static Hashtable Given(Hashtable bound, JsonObject arguments)
    {
        var given = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, _) in arguments)
            given[name] = bound[name];
        return given;
    }

    private bool IsFree(QwenTool tool, Func<bool> changesNothing) => (tool.OwnApproval ?? approval) switch
    {
        QwenToolApproval.Never => true,
        QwenToolApproval.Always => false,
        _ => changesNothing(),
    };

    private bool MayRun(QwenToolCall call, QwenTool tool, bool isFree, Func<string> text, out bool? approved, out QwenToolCall? refusal)
    {
        approved = isFree ? null : (_permission ??= new ToolPermission(command, warn)).Ask(tool, text());
        refusal = isFree || approved == true ? null : Fail(call, approved is null
            ? "The call was rejected, because it needs approval and there is no user to ask. Do not call it again; continue without it."
            : "The user rejected this call. Do not call it again unless the user asks for it.") with { Approved = false };
        return refusal is null;
    }

    private static QwenToolCall Fail(QwenToolCall call, string error) => call with { Error = error };

    private static QwenToolCall Time(QwenToolCall call, bool? approved, Func<ToolResult> run)
    {
        var watch = Stopwatch.StartNew();
        var result = run();
        return call with { Result = result.Text, Error = result.Error, Duration = watch.Elapsed, Approved = approved };
    }
}
