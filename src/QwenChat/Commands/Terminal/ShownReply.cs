using System.Diagnostics;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace QwenChat.Commands.Terminal;

/// <summary>
/// Records the replies that <c>-Show</c> has displayed. In the output of the same command line, the view of a displayed reply omits the text.
/// </summary>
internal static class ShownReply
{
    private static readonly ConditionalWeakTable<QwenReply, Place> s_places = [];

    /// <summary>Records that a reply was displayed.</summary>
    public static void Remember(QwenReply reply, long historyId) =>
        s_places.AddOrUpdate(reply, new Place(Runspace.DefaultRunspace.InstanceId, historyId));

    /// <summary>Returns whether a view would repeat text that the same command line has already displayed.</summary>
    public static bool IsOnScreen(QwenReply reply, long historyId) =>
        s_places.TryGetValue(reply, out var place) && place == new Place(Runspace.DefaultRunspace.InstanceId, historyId) && !IsForFile(new StackTrace());

    /// <summary>
    /// Returns whether the view's output is redirected to a file or to a string. PowerShell does not expose the destination to a view, so the call stack
    /// is searched. Output to the host cannot be detected reliably, because Out-Default may leave no frame in optimized code.
    /// </summary>
    private static bool IsForFile(StackTrace calls) => calls.GetFrames().Any(call =>
        call.GetMethod()?.DeclaringType?.FullName is "Microsoft.PowerShell.Commands.OutFileCommand" or "Microsoft.PowerShell.Commands.OutStringCommand");

    private sealed record Place(Guid Runspace, long HistoryId);
}
