using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace QwenChat.Commands.Repl;

/// <summary>Whether someone is there to chat with.</summary>
internal static class InteractiveHost
{
    private const string Instead = "Send-QwenMessage holds conversations in scripts; -Show displays the answers while they come.";

    /// <summary>Refuses a chat where no keys can be read, or nobody would see it.</summary>
    /// <exception cref="QwenException">There is no console.</exception>
    public static void Check(PSCmdlet cmdlet)
    {
        if (Obstacle(cmdlet) is { } obstacle)
            throw new QwenException(QwenErrorKind.InvalidRequest, $"A chat needs a console to read keys from, and {obstacle}. {Instead}");
    }

    private static string? Obstacle(PSCmdlet cmdlet) =>
        Console.IsInputRedirected ? "standard input is redirected here"
        : Console.IsOutputRedirected ? "standard output is redirected here"
        : IsNonInteractive ? "this PowerShell was started with -NonInteractive"
        // Runspaces of jobs and of other programs have a host of PowerShell's own, which displays nothing.
        : cmdlet.Host.UI?.RawUI is null || cmdlet.Host.Name == "Default Host" || Runspace.DefaultRunspace.Name.StartsWith("PSTask:", StringComparison.Ordinal)
        ? "this runspace has none of its own"
        : !cmdlet.Host.UI.SupportsVirtualTerminal ? "this one understands no escape sequences"
        : null;

    // PowerShell tells a cmdlet in no public way; any abbreviation counts that is long enough to mean nothing else.
    private static bool IsNonInteractive => Environment.GetCommandLineArgs().Skip(1)
        .Any(argument => argument.Length >= 5 && argument[0] is ('-' or '/')
        && "noninteractive".StartsWith(argument.TrimStart('-', '/'), StringComparison.OrdinalIgnoreCase));
}
