using System.Collections;
using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>
/// Reads the value of <c>-Message</c>: text, several lines of text, a reply (its text is used), or an object, which is sent as
/// data.
/// </summary>
internal static class MessageArgument
{
    /// <summary>Returns the text of a message.</summary>
    /// <param name="value">The value.</param>
    /// <param name="data">Formats objects as data.</param>
    /// <param name="render">Renders the output of Format-Table and similar commands.</param>
    /// <exception cref="QwenException">The value is a conversation, or it cannot be sent.</exception>
    public static string Read(object? value, PipelineInput data, Func<IReadOnlyList<object>, string> render)
    {
        switch (value is PSObject wrapped ? wrapped.BaseObject : value)
        {
            case null:
                return "";
            case string text:
                return text;
            case QwenReply reply:
                return reply.Text;
            case QwenConversation conversation:
                throw new QwenException(QwenErrorKind.InvalidRequest,
                    $"The conversation {conversation} was specified in place of the message. Specify the conversation first: "
                        + "Send-QwenMessage $c 'Hello'. Parameters such as -Name and -Api apply only to a new conversation.");
            case object?[] or IList and not IDictionary and not byte[]:
                foreach (object? one in (IEnumerable)(value is PSObject list ? list.BaseObject : value!))
                    data.Add(one);
                break;
            default:
                data.Add(value);
                break;
        }
        if (data.Media.Count > 0)
            throw new QwenException(QwenErrorKind.MediaRefused,
                "A media file was specified in place of the message. Specify the file with -Image, -Video, -Audio or -File, or pipe it to a message: "
                    + "Get-Item … | Send-QwenMessage '…'.");
        return data.JoinTo("", render).TrimStart('\n');
    }

    /// <summary>Returns the error for -Message $null. Media and piped input are also rejected, because they would be sent without the question.</summary>
    public static QwenException IsNull() => new(QwenErrorKind.InvalidRequest,
        "-Message is $null. Is the variable set? Specify text. To send only files or piped input, omit -Message.");

    /// <summary>Returns the text of a piped object that is sent as a separate turn.</summary>
    /// <exception cref="QwenException">The object is not text.</exception>
    public static string ReadTurn(object? piped)
    {
        DeserializedObject.Refuse(piped);
        object? input = piped is PSObject wrapped ? wrapped.BaseObject : piped;
        if (input is null)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "$null was piped, so there is no message. Is the variable set? Pipe text, or specify -Message.");
        if (input is IQwenConversation)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "A conversation was piped, but there is no message to send to it. Specify -Message.");
        if (input is string or ValueType && ScalarValue.Of(input) is { } message)
            return message.Text;
        throw new QwenException(QwenErrorKind.InvalidRequest,
            $"An object of type {input.GetType().Name} was piped, but there is no message to attach it to. Specify -Message.");
    }
}
