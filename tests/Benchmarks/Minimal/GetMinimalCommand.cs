using System.Management.Automation;

namespace QwenChat.Benchmarks;

/// <summary>The one cmdlet of a module that is as small as a binary module with a view can be.</summary>
[Cmdlet(VerbsCommon.Get, "Minimal")]
[OutputType(typeof(Version))]
public sealed class GetMinimalCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing() => WriteObject(new Version(1, 0));
}
