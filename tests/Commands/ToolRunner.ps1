# Invoke-TestTool runs tool calls without a turn, and writes the calls with their results. Dot-source this file after importing QwenChat. The tool
# runner is internal, so Invoke-TestTool uses reflection.

if (-not ('QwenChatTests.InvokeTestToolCommand' -as [type])) {
    Add-Type @'
using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Threading;
using System.Runtime.ExceptionServices;

namespace QwenChatTests
{
    [Cmdlet("Invoke", "TestTool")]
    public sealed class InvokeTestToolCommand : PSCmdlet
    {
        private readonly CancellationTokenSource _stop = new CancellationTokenSource();

        [Parameter(Mandatory = true, Position = 0)] public object Tool { get; set; }
        [Parameter(Position = 1)] public string[] Arguments { get; set; } = new[] { "{}" };
        [Parameter] public string Name { get; set; }
        [Parameter] public string ToolApproval { get; set; } = "Changes";
        [Parameter] public int CancelAfter { get; set; } = -1;

        protected override void StopProcessing() { _stop.Cancel(); }

        protected override void EndProcessing()
        {
            object plain = Tool is PSObject o ? o.BaseObject : Tool;
            var given = (plain is object[] list ? list : new[] { plain }).Select(one => one is PSObject w ? w.BaseObject : one).ToArray();
            Assembly module = AppDomain.CurrentDomain.GetAssemblies().First(a => a.GetName().Name == "QwenChat");
            Type toolType = module.GetType("QwenChat.QwenTool");
            Array tools = Array.CreateInstance(toolType, given.Length);
            given.CopyTo(tools, 0);
            object approval = Enum.Parse(module.GetType("QwenChat.QwenToolApproval"), ToolApproval);
            object runner = Activator.CreateInstance(module.GetType("QwenChat.Commands.Tools.ToolRunner"), this, tools, approval, (Action<string>)WriteWarning);
            MethodInfo run = runner.GetType().GetMethod("Run");
            string name = Name ?? (string)toolType.GetProperty("Name").GetValue(given[0]);
            Type callType = module.GetType("QwenChat.QwenToolCall");
            if (CancelAfter >= 0) _stop.CancelAfter(CancelAfter);
            int i = 0;
            foreach (string arguments in Arguments)
            {
                object call = Activator.CreateInstance(callType, "call_" + ++i, name, arguments), result;
                try { result = run.Invoke(runner, new object[] { call, _stop.Token }); }
                catch (TargetInvocationException e) { ExceptionDispatchInfo.Capture(e.InnerException).Throw(); throw; }
                WriteObject(result);
            }
        }
    }
}
'@ -IgnoreWarnings -WarningAction SilentlyContinue
}
Import-Module -Assembly ([QwenChatTests.InvokeTestToolCommand].Assembly) -Force
