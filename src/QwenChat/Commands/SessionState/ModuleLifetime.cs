using System.Management.Automation;
using QwenChat.Commands.SessionState;

namespace QwenChat.Commands;

/// <summary>Cleans up when the module is removed.</summary>
public sealed class ModuleLifetime : IModuleAssemblyCleanup
{
    /// <summary>Clears connections, keys and conversations, and stops emulators.</summary>
    /// <param name="psModuleInfo">The module.</param>
    public void OnRemove(PSModuleInfo psModuleInfo) => Session.Clear();
}
