using System.Diagnostics;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace QwenChat.Commands;

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
        s_places.TryGetValue(reply, out var place) && place == new Place(Runspace.DefaultRunspace.InstanceId, historyId) && IsForHost(new StackTrace());

    /// <summary>
    /// True when it is Out-Default that formats, so that the view goes to the host. The same view goes into files, by <c>&gt;</c> and
    /// Out-File, and into strings, and PowerShell does not tell a view which; the calls that led here do. Where they say nothing,
    /// the text is better shown twice than not at all.
    /// </summary>
    private static bool IsForHost(StackTrace calls)
    {
        for (int i = 0; i < calls.FrameCount; i++)
        {
            switch (calls.GetFrame(i)!.GetMethod()?.DeclaringType?.FullName)
            {
                case "Microsoft.PowerShell.Commands.OutDefaultCommand":
                    return true;
                case "Microsoft.PowerShell.Commands.OutFileCommand" or "Microsoft.PowerShell.Commands.OutStringCommand":
                    return false;
            }
        }
        return false;
    }

    private sealed record Place(Guid Runspace, long HistoryId);
}
