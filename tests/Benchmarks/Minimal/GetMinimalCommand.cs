using System.Management.Automation;

namespace QwenChat.Benchmarks;

/// <summary>The only cmdlet of a minimal binary module with a view.</summary>
[Cmdlet(VerbsCommon.Get, "Minimal")]
[OutputType(typeof(Version))]
public sealed class GetMinimalCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing() => WriteObject(new Version(1, 0));
}
