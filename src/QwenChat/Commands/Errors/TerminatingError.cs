using System.Management.Automation;

namespace QwenChat.Commands.Errors;

/// <summary>
/// Ends a command with a terminating error, so that <c>try</c> and <c>catch</c> work, unless the call's -ErrorAction requests an
/// error record.
/// </summary>
internal static class TerminatingError
{
    /// <summary>Throws a terminating error, or writes the record if -ErrorAction requests one. The command must then return.</summary>
    public static void With(PSCmdlet command, ErrorRecord record)
    {
        if (AsksForRecord(command))
            command.WriteError(record);
        else
            command.ThrowTerminatingError(record);
    }

    // $ErrorActionPreference is ignored: a script may set the variable to ignore minor failures, but still expects to catch this error.
    private static bool AsksForRecord(PSCmdlet command) =>
        command.MyInvocation.BoundParameters.TryGetValue("ErrorAction", out object? given)
        && given is ActionPreference.SilentlyContinue or ActionPreference.Ignore or ActionPreference.Continue;
}
