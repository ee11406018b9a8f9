using System.Diagnostics;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace QwenChat.Commands.Terminal;

/// <summary>
/// Which replies stand on the screen already because <c>-Show</c> displayed them, and for which command line. Their view then leaves
/// the text out, but only there: asked for by a later command line, or in a file, a reply shows its text like any other.
/// </summary>
internal static class ShownReply
{
    private static readonly ConditionalWeakTable<QwenReply, Place> s_places = [];

    /// <summary>Remembers that a reply was displayed.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="historyId">The number of the command line that displayed it.</param>
    public static void Remember(QwenReply reply, long historyId) =>
        s_places.AddOrUpdate(reply, new Place(Runspace.DefaultRunspace.InstanceId, historyId));

    /// <summary>True where a view of the reply would show for the second time what the same command line displayed.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="historyId">The number of the command line that is run now.</param>
    public static bool IsOnScreen(QwenReply reply, long historyId) =>
        s_places.TryGetValue(reply, out var place) && place == new Place(Runspace.DefaultRunspace.InstanceId, historyId) && !IsForFile(new StackTrace());

    /// <summary>
    /// True when the view goes into a file, by <c>&gt;</c> or Out-File, or into a string. PowerShell does not tell a view where it goes;
    /// the calls that led to it do. (That it goes to the host they do not say reliably: Out-Default leaves no frame in optimised code.)
    /// </summary>
    private static bool IsForFile(StackTrace calls) => calls.GetFrames().Any(call =>
        call.GetMethod()?.DeclaringType?.FullName is "Microsoft.PowerShell.Commands.OutFileCommand" or "Microsoft.PowerShell.Commands.OutStringCommand");

    private sealed record Place(Guid Runspace, long HistoryId);
}
