using System.Management.Automation;
using QwenChat.Commands.SessionState;

namespace QwenChat.Commands;

/// <summary>What happens when the module goes.</summary>
public sealed class ModuleLifetime : IModuleAssemblyCleanup
{
    /// <summary>Forgets connections, keys and conversations, and stops emulators.</summary>
    /// <param name="psModuleInfo">The module.</param>
    public void OnRemove(PSModuleInfo psModuleInfo) => Session.Clear();
}
