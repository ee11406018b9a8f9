using System.Management.Automation;
using QwenChat.Commands.Errors;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.Model;
using QwenChat.Text;

namespace QwenChat.Commands;

/// <summary>The base class of cmdlets that use the service through a connection.</summary>
public abstract class QwenCommand : StoppableCommand
{
    private protected QwenCommand()
    {
    }

    /// <summary>The connection to use. The default is the conversation's connection or, if it has none, the session's.</summary>
    [Parameter, Connection, ValidateNotNull]
    public QwenConnection? Connection { get; set; }

    /// <summary>The connection from the command line or, if none was specified, the session's connection.</summary>
    /// <exception cref="QwenException">The environment describes an invalid connection.</exception>
    private protected QwenConnection ConnectionOrDefault
    {
        get
        {
            var connection = Connection ?? Session.Current.Connection;
            Notices.Protect(connection);
            return connection;
        }
    }

    /// <summary>The conversation that the command works with; null until it is known.</summary>
    private protected QwenConversation? Used { get; set; }

    /// <inheritdoc/>
    private protected override ErrorRecord RecordOf(QwenException failure, object? target) =>
        ErrorRecords.RecordOf(failure, target, Notices.Redaction, failure.Connection is { } failed ? new ConnectionAdvice(failed, Connection, Used) : null);

    /// <summary>Reads a conversation argument: an object, a reply, an id or a name.</summary>
    /// <param name="given">The argument.</param>
    /// <param name="store">The store to search for an id or a name; null for the session and the service.</param>
    /// <exception cref="QwenException">The argument has a different type, or there is no such conversation.</exception>
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
                        $"{Whole(conversation)} is not in the store {store}. -Store applies only to a new conversation, or to one specified by id or name. "
                            + "Remove -Store, or use Set-QwenConversation -Store to save the conversation there.");
                }
                return conversation;
            case QwenReplyDelta { Reply: { } reply }:
                return reply;
            case string text:
                var found = Wait(new ConversationLookup(Session.Current, Connection, store, Notices) { Hint = LookupHint }.FindAsync(text, Cancellation));
                if (found is QwenConversation used)
                {
                    if (!Session.Current.Conversations.All.Contains(used))
                        AssignDefaults(used);
                    Session.Current.Conversations.Add(used);
                }
                return Find(found, store: null);
            case null:
                throw new QwenException(QwenErrorKind.InvalidRequest,
                    "-Conversation is $null. Is the variable set? Specify a conversation as an object, a reply, an id or a name.");
            case var other:
                throw new QwenException(QwenErrorKind.InvalidRequest, ConversationArgument.Refusal(given!, other));
        }
    }

    private protected virtual string? LookupHint => null;

    /// <summary>
    /// Unless -Connection was specified, records that a conversation uses the session's connection. Until its first turn, the conversation then follows
    /// changes to the session's connection.
    /// </summary>
    private protected void AssignDefaults(QwenConversation conversation)
    {
        if (Connection is null)
            conversation.Defaults ??= new SessionDefaults(Session.Current.UsesEnvironment, Api: false, Model: false);
    }

    /// <summary>Warns if another conversation already has the new name, because neither conversation can then be found by its name alone.</summary>
    private protected void WarnOfName(QwenStore? store, string? name, QwenConversation? except = null)
    {
        if (store is null || string.IsNullOrEmpty(name))
            return;
        var taken = Wait(store.Backend.ListAsync(other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase), Cancellation))
            .Where(record => record.Id != except?.Place?.Id).ToArray();
        if (taken.Length == 1)
        {
            Notices.Warn(
                $"The store {store} already has a conversation named '{name}' ({Quantity.Of(taken[0].TurnCount, "turn")}). Now two conversations have "
                    + "this name, so neither can be found by its name alone. To continue the earlier conversation, use Get-QwenConversation -Store … -Id "
                    + $"{SingleQuoted.Of(taken[0].Id)}. A script that runs repeatedly can use Get-QwenConversation -OrNew, which begins a conversation only "
                    + "if none has the name.");
        }
        else if (taken.Length > 1)
        {
            Notices.Warn(
                $"The store {store} already has {Quantity.Of(taken.Length, "conversation")} named '{name}'. Now "
                    + $"{Quantity.Of(taken.Length + 1, "conversation")} have this name, so none of them can be found by its name alone. "
                    + $"To list them with their ids, use Get-QwenConversation -Store … -Name {SingleQuoted.Of(WildcardPattern.Escape(name))}.");
        }
    }

    /// <summary>Rejects a connection to a stopped emulator, because a request would fail only after several seconds of retries.</summary>
    /// <exception cref="QwenException">The emulator has been stopped.</exception>
    private protected static void RequireServer(QwenConnection connection)
    {
        if (QwenEmulator.HasStoppedAt(connection.Server))
            throw new QwenException(QwenErrorKind.ConnectionFailed, "The connection failed, so nothing was sent.") { Connection = connection };
    }

    /// <summary>Returns the conversation itself or, for a reply, the reply's conversation.</summary>
    private protected static QwenConversation Whole(IQwenConversation given) => given is QwenReply reply ? reply.Conversation : given.Continue();
}
