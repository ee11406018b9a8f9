using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Text;

namespace QwenChat.Commands.Input;

/// <summary>
/// Runs the script block that creates an emulator's answers, one call at a time. The block is re-created in a separate runspace, because its own runspace
/// is busy with the command that waits for the answer.
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

    /// <summary>Opens the runspace, with the current values of <c>$using:</c> variables.</summary>
    /// <exception cref="QwenException">A variable that the block uses is not set.</exception>
    public static ReplyScript Start(ScriptBlock block, PSVariableIntrinsics caller)
    {
        var (script, values) = TakeUsing((ScriptBlockAst)block.Ast, caller);
        var state = InitialSessionState.CreateDefault2();
        // By default, an error that the block writes would be lost. With Stop, the error is thrown, and the emulator returns its message.
        state.Variables.Add(new SessionStateVariableEntry("ErrorActionPreference", ActionPreference.Stop, null));
        foreach (var (name, value) in values)
            state.Variables.Add(new SessionStateVariableEntry(name, value, null));
        var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Name = "QwenEmulator";
        // The block runs on the emulator's own threads; a separate thread for the runspace would have to be cleaned up.
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        runspace.Open();
        return new ReplyScript(script, runspace);
    }

    /// <exception cref="InvalidOperationException">The block failed. The exception has the message of the block's error.</exception>
    public QwenEmulatorReply Answer(QwenEmulatorPrompt prompt, CancellationToken cancellation)
    {
        _one.Wait(cancellation);
        try
        {
            cancellation.ThrowIfCancellationRequested();
            // A block without parameters reads the prompt from $Request.
            _runspace.SessionStateProxy.SetVariable("Request", prompt);
            using var shell = PowerShell.Create();
            shell.Runspace = _runspace;
            shell.AddScript(_script, useLocalScope: true).AddArgument(prompt);
            using var stop = cancellation.Register(() => shell.BeginStop(null, null));
            return ReplyValue.Read(shell.Invoke());
        }
        catch (Exception e) when (cancellation.IsCancellationRequested && e is PipelineStoppedException or InvalidPowerShellStateException)
        {
            throw new OperationCanceledException("The emulator was stopped, or the client disconnected.", e, cancellation);
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

    // $using: variables become plain variables of the new runspace, as in ForEach-Object -Parallel. The values are read once, when the emulator starts.
    // For $using:x.y, the caller and the block share the whole object x.
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
                // In a nested block, $using: may refer to a variable of the outer block.
                if (IsNested(variable, block))
                    continue;
                throw new QwenException(QwenErrorKind.InvalidRequest,
                    $"The -Reply block uses $using:{name}, but ${name} is not set where Start-QwenEmulator was called. Set it first.");
            }
            string own = "__using_" + name.Replace(':', '_');
            values[own] = found.Value;
            int start = variable.Extent.StartOffset - block.Extent.StartOffset;
            script.Append(text, from, start - from).Append(variable.Splatted ? "@" + own : "${" + own + "}");
            from = variable.Extent.EndOffset - block.Extent.StartOffset;
        }
        script.Append(text, from, text.Length - from);
        // The text of a script block in braces includes the braces; the text of a block created from a string does not.
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
