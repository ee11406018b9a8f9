using System.Management.Automation;

namespace QwenChat.Commands.Terminal;

/// <summary>Determines whether a command must describe its action for -WhatIf or for a confirmation prompt.</summary>
internal static class ConfirmRequest
{
    /// <summary>Returns whether -WhatIf or -Confirm is set, by its parameter or by its preference variable.</summary>
    public static bool IsExpected(PSCmdlet command, Func<string, object?> readVariable)
    {
        return Holds("WhatIf", LanguagePrimitives.IsTrue) || Holds("Confirm", preference => preference is ConfirmImpact.Low);

        bool Holds(string parameter, Func<object?, bool> isOn) => command.MyInvocation.BoundParameters.TryGetValue(parameter, out object? asked)
            ? LanguagePrimitives.IsTrue(asked) : isOn(readVariable(parameter + "Preference"));
    }
}
