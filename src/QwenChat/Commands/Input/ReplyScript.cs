using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Text;

namespace QwenChat.Commands.Input;

/// <summary>
/// The script block that makes an emulator's answers. It runs as text in a runspace of its own, one call at a time: a block stays
/// bound to the runspace that made it, which is busy with the very command that waits for the answer.
/// </summary>
internal sealed class ReplyScript : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Runspace _runspace;
    private readonly string _script;

    private ReplyScript(string script, Runspace runspace)
    {
        _script = script;
        _runspace = runspace;
    }

    /// <summary>Opens the runspace, with the values that <c>$using:</c> has now.</summary>
    /// <exception cref="QwenException">A variable that the block uses is not set.</exception>
    public static ReplyScript Start(ScriptBlock block, PSVariableIntrinsics caller)
    {
        var (script, values) = TakeUsing((ScriptBlockAst)block.Ast, caller);
        var state = InitialSessionState.CreateDefault2();
        // An error that is only written would be seen by nobody; thrown it is in the answer.
        state.Variables.Add(new SessionStateVariableEntry("ErrorActionPreference", ActionPreference.Stop, null));
        foreach (var (name, value) in values)
            state.Variables.Add(new SessionStateVariableEntry(name, value, null));
        var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Name = "QwenEmulator";
        // On the emulator's own threads: a thread of the runspace's would be one more to leave behind.
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        runspace.Open();
        return new ReplyScript(script, runspace);
    }

    /// <summary>Makes one answer.</summary>
    /// <exception cref="InvalidOperationException">The block threw; the message is its own.</exception>
    public QwenEmulatorReply Answer(QwenEmulatorPrompt prompt, CancellationToken cancellation)
    {
        _one.Wait(cancellation);
        try
        {
            cancellation.ThrowIfCancellationRequested();
            // For a block that declares no parameter.
            _runspace.SessionStateProxy.SetVariable("Request", prompt);
            using var shell = PowerShell.Create();
            shell.Runspace = _runspace;
            shell.AddScript(_script, useLocalScope: true).AddArgument(prompt);
            using var stop = cancellation.Register(() => shell.BeginStop(null, null));
            return ReplyValue.Read(shell.Invoke());
        }
        catch (Exception e) when (cancellation.IsCancellationRequested && e is PipelineStoppedException or InvalidPowerShellStateException)
        {
            throw new OperationCanceledException("The emulator was stopped, or the client hung up.", e, cancellation);
        }
        catch (RuntimeException e)
        {
            throw new InvalidOperationException(e.ErrorRecord?.ToString() ?? e.Message, e);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _runspace.Dispose();

    // The names that $using: reads become plain variables of the new runspace, as ForEach-Object -Parallel reads them: once, at the
    // start. Of $using:x.y that is x, so that what is shared stays shared.
    private static (string Script, Dictionary<string, object?> Values) TakeUsing(ScriptBlockAst block, PSVariableIntrinsics caller)
    {
        string text = block.Extent.Text;
        var script = new StringBuilder();
        var values = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        int from = 0;
        var variables = block.FindAll(ast => ast is UsingExpressionAst, searchNestedScriptBlocks: true)
            .Select(use => UsingExpressionAst.ExtractUsingVariable((UsingExpressionAst)use))
            .OrderBy(variable => variable.Extent.StartOffset);
        foreach (var variable in variables)
        {
            string name = variable.VariablePath.UserPath;
            var found = caller.Get(name);
            if (found is null)
            {
                // In a block within the block it may mean a variable of the outer one.
                if (IsNested(variable, block))
                    continue;
                throw new QwenException(QwenErrorKind.InvalidRequest,
                    $"The -Reply block uses $using:{name}, but ${name} is not set where Start-QwenEmulator was called. Set it before that.");
            }
            string own = "__using_" + name.Replace(':', '_');
            values[own] = found.Value;
            int start = variable.Extent.StartOffset - block.Extent.StartOffset;
            script.Append(text, from, start - from).Append(variable.Splatted ? "@" + own : "${" + own + "}");
            from = variable.Extent.EndOffset - block.Extent.StartOffset;
        }
        script.Append(text, from, text.Length - from);
        // A block written in braces has them in its text; one made from a string has none.
        string whole = script.ToString();
        return (block.Parent is null ? whole : whole.Trim()[1..^1], values);
    }

    private static bool IsNested(Ast ast, ScriptBlockAst block)
    {
        for (var parent = ast.Parent; parent is not null && parent != block; parent = parent.Parent)
        {
            if (parent is ScriptBlockAst)
                return true;
        }
        return false;
    }
}
