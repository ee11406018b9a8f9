using System.Collections;
using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;

namespace QwenChat.Commands;

/// <summary>What every command has that is given a conversation: where its name is looked up, and how its argument is read.</summary>
public abstract class ConversationCommand : QwenCommand
{
    private protected ConversationCommand()
    {
    }

    /// <summary>The store to look in for a conversation that is given by id or name: a store, or the path of one.</summary>
    [Parameter]
    [AllowNull]
    public object? Store { get; set; }

    /// <summary>The store that was given; null without -Store.</summary>
    /// <param name="mayCreate">Whether a file that is not there is created.</param>
    /// <exception cref="QwenException">It is no store, or cannot be opened.</exception>
    private protected QwenStore? ReadStore(bool mayCreate) =>
        MyInvocation.BoundParameters.ContainsKey(nameof(Store))
        ? Wait(new StoreArgument(Session.Current, SessionState.Path).ReadAsync(Store, mayCreate, Cancellation)) : null;

    /// <summary>Reads an argument that stands for a conversation: an object, a reply, an id or a name.</summary>
    /// <exception cref="QwenException">It is none of them, or there is no such conversation.</exception>
    private protected IQwenConversation Find(object? given) => Find(given, ReadStore(mayCreate: false));

    /// <summary>The conversation that an argument stands for, to be changed: of a reply its own conversation, not a branch of it.</summary>
    /// <exception cref="QwenException">It stands for none.</exception>
    private protected QwenConversation FindWhole(object? given) => Whole(Find(given));

    /// <summary>The conversation that an argument stands for, to be changed at its end: a reply that is not the last one is refused.</summary>
    /// <exception cref="QwenException">It stands for none, or for a reply that other turns follow.</exception>
    private protected QwenConversation FindEnd(object? given)
    {
        var found = Find(given);
        var conversation = Whole(found);
        if (found is QwenReply reply && conversation.Path.Last != reply.Turn)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The reply is not the last one of {conversation}. Give the conversation itself, or begin a branch at the reply: Copy-QwenConversation.");
        return conversation;
    }

    /// <summary>Whether a parameter was given by its place, not by its name.</summary>
    private protected bool GivenByPosition(string parameter) =>
        PSObject.AsPSObject(MyInvocation.BoundParameters).Properties["BoundPositionally"]?.Value is IEnumerable names
        && names.Cast<object>().Contains(parameter);

    /// <summary>Whether a parameter was given, whatever its value.</summary>
    private protected bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>Whether objects come through the pipeline, or as -InputObject.</summary>
    private protected bool HasInput => MyInvocation.ExpectingInput || IsGiven("InputObject");

    /// <summary>The conversations to work on: those that were named, or the one that is piped.</summary>
    /// <exception cref="QwenException">Both were given, or neither.</exception>
    private protected object?[] Targets(object?[]? named, object? piped) => (named is not { Length: 0 }, HasInput) switch
    {
        (true, false) => named ?? [null],
        (false, true) => [piped],
        (true, true) => throw new QwenException(QwenErrorKind.InvalidRequest, "A conversation is named, and others are piped. Give them in one way."),
        _ => throw new QwenException(QwenErrorKind.InvalidRequest, "No conversation was given. Name it, or pipe it."),
    };

    /// <summary>Does something with each of several conversations: a failure is one error record, and the others go on.</summary>
    private protected void ForEach(object?[]? given, Action<object?> work)
    {
        foreach (object? one in given ?? [null])
            AttemptOne(() => work(one), one);
    }
}
