using System.Collections;
using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;

namespace QwenChat.Commands;

/// <summary>The base class of commands that accept a conversation. Reads the conversation argument and the store to search.</summary>
public abstract class ConversationCommand : QwenCommand
{
    private protected ConversationCommand()
    {
    }

    /// <summary>The store to search for a conversation specified by id or name: a store or its path.</summary>
    [Parameter]
    [AllowNull]
    public object? Store { get; set; }

    /// <summary>Returns the store specified with -Store; null if -Store was omitted.</summary>
    /// <param name="mayCreate">Whether to create a missing file.</param>
    /// <exception cref="QwenException">The value is not a store, or the store cannot be opened.</exception>
    private protected QwenStore? ReadStore(bool mayCreate) =>
        MyInvocation.BoundParameters.ContainsKey(nameof(Store))
        ? Wait(new StoreArgument(Session.Current, SessionState.Path).ReadAsync(Store, mayCreate, Cancellation)) : null;

    /// <summary>Reads a conversation argument: an object, a reply, an id or a name.</summary>
    /// <exception cref="QwenException">The argument has a different type, or there is no such conversation.</exception>
    private protected IQwenConversation Find(object? given) => Find(given, ReadStore(mayCreate: false));

    /// <summary>Returns the conversation to change. For a reply, this is the reply's conversation, not a branch.</summary>
    /// <exception cref="QwenException">The argument does not refer to a conversation.</exception>
    private protected QwenConversation FindWhole(object? given) => Whole(Find(given));

    /// <summary>Returns the conversation for a command that adds or removes turns at the end.</summary>
    /// <exception cref="QwenException">The argument does not refer to a conversation, or it is a reply that is not the last reply.</exception>
    private protected QwenConversation FindEnd(object? given)
    {
        var found = Find(given);
        var conversation = Whole(found);
        if (found is QwenReply reply && conversation.Path.Last != reply.Turn)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The reply is not the last reply in {conversation}. Specify the conversation itself, or use Copy-QwenConversation to branch at the reply.");
        return conversation;
    }

    private protected bool GivenByPosition(string parameter) =>
        PSObject.AsPSObject(MyInvocation.BoundParameters).Properties["BoundPositionally"]?.Value is IEnumerable names
        && names.Cast<object>().Contains(parameter);

    /// <summary>Returns whether a parameter was specified, even if its value is null or false.</summary>
    private protected bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>Whether there is input from the pipeline or from -InputObject.</summary>
    private protected bool HasInput => MyInvocation.ExpectingInput || IsGiven("InputObject");

    /// <summary>Returns the conversations to process: the specified ones, or the piped one.</summary>
    /// <exception cref="QwenException">Both or neither were specified.</exception>
    private protected object?[] Targets(object?[]? named, object? piped) => (named is not { Length: 0 }, HasInput) switch
    {
        (true, false) => named ?? [null],
        (false, true) => [piped],
        (true, true) => throw new QwenException(QwenErrorKind.InvalidRequest, "Conversations were both specified with -Conversation and piped. Use only one."),
        _ => throw new QwenException(QwenErrorKind.InvalidRequest, "No conversation was specified. Specify one with -Conversation, or pipe one."),
    };

    /// <summary>Processes several conversations. A failure is written as an error record, and the remaining conversations are still processed.</summary>
    private protected void ForEach(object?[]? given, Action<object?> work)
    {
        foreach (object? one in given ?? [null])
            AttemptOne(() => work(one), one);
    }
}
