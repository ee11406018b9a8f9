using System.Management.Automation;

namespace QwenChat.Commands;

/// <summary>What every cmdlet that talks to the service has: a connection.</summary>
public abstract class QwenCommand : StoppableCommand
{
    private protected QwenCommand()
    {
    }

    /// <summary>The connection to use; without it the conversation's own, else the session's.</summary>
    [Parameter, Connection, ValidateNotNull]
    public QwenConnection? Connection { get; set; }

    /// <summary>The connection that was named, else the session's.</summary>
    /// <exception cref="QwenException">The environment describes a connection that cannot be.</exception>
    private protected QwenConnection ConnectionOrDefault
    {
        get
        {
            var connection = Connection ?? Session.Current.Connection;
            Notices.Protect(connection);
            return connection;
        }
    }
}
