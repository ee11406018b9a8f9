using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace QwenChat.Commands.Repl;

/// <summary>Tests whether this session allows an interactive chat.</summary>
internal static class InteractiveHost
{
    private const string Instead = "Use Send-QwenMessage in scripts. -Show displays the answer as it arrives.";

    /// <exception cref="QwenException">The session has no keyboard input, or no display for a chat.</exception>
    public static void Check(PSCmdlet cmdlet)
    {
        if (Obstacle(cmdlet) is { } obstacle)
            throw new QwenException(QwenErrorKind.InvalidRequest, $"A chat needs a console that can read keystrokes, but {obstacle}. {Instead}");
    }

    private static string? Obstacle(PSCmdlet cmdlet) =>
        Console.IsInputRedirected ? "standard input is redirected"
        : Console.IsOutputRedirected ? "standard output is redirected"
        : IsNonInteractive ? "PowerShell was started with -NonInteractive"
        // Runspaces in jobs and in other programs that host PowerShell have a default host, which displays nothing.
        : cmdlet.Host.UI?.RawUI is null || cmdlet.Host.Name == "Default Host" || Runspace.DefaultRunspace.Name.StartsWith("PSTask:", StringComparison.Ordinal)
        ? "this runspace has no console of its own"
        : !cmdlet.Host.UI.SupportsVirtualTerminal ? "this console does not support escape sequences"
        : null;

    // No public API of PowerShell reports -NonInteractive, so the arguments are read. As in PowerShell, any unambiguous abbreviation is accepted.
    private static bool IsNonInteractive => Environment.GetCommandLineArgs().Skip(1)
        .Any(argument => argument.Length >= 5 && argument[0] is ('-' or '/')
        && "noninteractive".StartsWith(argument.TrimStart('-', '/'), StringComparison.OrdinalIgnoreCase));
}
