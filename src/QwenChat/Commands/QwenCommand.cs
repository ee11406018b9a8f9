using System.Management.Automation;
using QwenChat.Commands.Errors;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.Model;

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

    /// <summary>The conversation that the command works on; null before it is known.</summary>
    private protected QwenConversation? Used { get; set; }

    /// <inheritdoc/>
    private protected override ErrorRecord RecordOf(QwenException failure, object? target) =>
        ErrorRecords.RecordOf(failure, target, Notices.Redaction, failure.Connection is { } failed ? new ConnectionAdvice(failed, Connection, Used) : null);

    /// <summary>Reads an argument that stands for a conversation: an object, a reply, an id or a name.</summary>
    /// <param name="given">The argument.</param>
    /// <param name="store">The store to look in for an id or a name; null for the session and the service.</param>
    /// <exception cref="QwenException">It is none of them, or there is no such conversation.</exception>
    private protected IQwenConversation Find(object? given, QwenStore? store)
    {
        switch (given is PSObject wrapped ? wrapped.BaseObject : given)
        {
            case IQwenConversation conversation:
                Used = Whole(conversation);
                if (Connection is null)
                    Session.Current.Follow(Used);
                if (store is not null && Whole(conversation).Store?.Location != store.Location)
                {
                    throw new QwenException(QwenErrorKind.InvalidRequest,
                        $"-Store belongs where a conversation begins, or where one is given by name: {Whole(conversation)} is not in the store {store}. Leave "
                            + "-Store out, or keep the conversation there: Set-QwenConversation -Store.");
                }
                return conversation;
            case QwenReplyDelta { Reply: { } reply }:
                return reply;
            case string text:
                var found = Wait(new ConversationLookup(Session.Current, Connection, store, Notices) { Hint = LookupHint }.FindAsync(text, Cancellation));
                if (found is QwenConversation used)
                {
                    if (!Session.Current.Conversations.All.Contains(used))
                        Lend(used);
                    Session.Current.Conversations.Add(used);
                }
                return Find(found, store: null);
            case null:
                throw new QwenException(QwenErrorKind.InvalidRequest,
                    "-Conversation is $null. Is the variable set? A conversation is given as an object, a reply, an id or a name.");
            case var other:
                throw new QwenException(QwenErrorKind.InvalidRequest, ConversationArgument.Refusal(given!, other));
        }
    }

    /// <summary>What to say besides when an id or a name finds no conversation.</summary>
    private protected virtual string? LookupHint => null;

    /// <summary>Notes that a conversation which was read from elsewhere has the session's connection, unless one was named.</summary>
    private protected void Lend(QwenConversation conversation)
    {
        if (Connection is null)
            conversation.Defaults ??= new SessionDefaults(Session.Current.UsesEnvironment, Api: false, Model: false);
    }

    /// <summary>Warns that a name which a conversation is given is taken: a name that several have finds none of them.</summary>
    private protected void WarnOfName(QwenStore? store, string? name, QwenConversation? except = null)
    {
        if (store is null || string.IsNullOrEmpty(name))
            return;
        var taken = Wait(store.Backend.ListAsync(other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase), Cancellation))
            .FirstOrDefault(record => record.Id != except?.Place?.Id);
        if (taken is not null)
        {
            Notices.Warn(
                $"The store {store} has a conversation of the name '{name}' already, with {taken.TurnCount} turns. This is another one, and the name alone "
                    + "finds neither. "
                + $"To go on with the one that is there: Get-QwenConversation '{name}' -Store … -OrNew.");
        }
    }

    /// <summary>The conversation itself, or that of a reply.</summary>
    private protected static QwenConversation Whole(IQwenConversation given) => given is QwenReply reply ? reply.Conversation : given.Continue();
}
