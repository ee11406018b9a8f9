using System.Collections.ObjectModel;
using System.Management.Automation;
using QwenChat.Media;
using QwenChat.Model;

namespace QwenChat.Commands.Input;

/// <summary>The message created from one piped input.</summary>
/// <param name="Target">The conversation or reply to continue, if the input is one; null for a new conversation.</param>
/// <param name="Text">The text of the message.</param>
/// <param name="Media">The attached media.</param>
internal sealed record InputMessage(IQwenConversation? Target, string Text, IReadOnlyList<MediaPart> Media)
{
    /// <summary>Reads an input.</summary>
    /// <param name="input">The input.</param>
    /// <param name="message">The text of -Message, to which the input is attached; null if the input is the message.</param>
    /// <param name="block">The script block of -Message, which creates the message from the input; null if -Message is not a script block.</param>
    /// <param name="hasOtherContent">Whether other parameters add content, so that a piped conversation needs no message.</param>
    /// <param name="notices">Receives the warning about a guessed file encoding.</param>
    /// <param name="render">Renders the output of Format-Table and similar commands.</param>
    /// <exception cref="QwenException">The input cannot be sent, or the script block failed.</exception>
    public static InputMessage Read(object? input, string? message, ScriptBlock? block, bool hasOtherContent, NoticeQueue notices,
        Func<IReadOnlyList<object>, string> render)
    {
        object? plain = input is PSObject wrapped ? wrapped.BaseObject : input;
        var target = plain as IQwenConversation;
        if (target is null)
            DeserializedObject.Refuse(input);
        var attached = new PipelineInput(notices);
        if (block is not null)
        {
            foreach (object? written in Run(block, input))
                attached.Add(written);
            string text = attached.JoinTo("", render).TrimStart('\n');
            // If the block returns only text, a piped media file is attached to that text.
            IReadOnlyList<MediaPart> media = attached.Media.Count == 0 && plain is FileInfo file && PipelineInput.MediaOf(file) is { } part ? [part]
                : attached.Media;
            if (media.Count == 0 && text.Length == 0)
                throw new QwenException(QwenErrorKind.InvalidRequest,
                    "The script block of -Message returned nothing for this input, so there is nothing to send.");
            return new InputMessage(target, text, media);
        }
        if (target is not null && (message is not null || hasOtherContent))
            return new InputMessage(target, message ?? "", []);
        if (message is null)
            return new InputMessage(null, MessageArgument.ReadTurn(input), []);
        attached.Add(input);
        return new InputMessage(null, attached.JoinTo(message, render), attached.Media);
    }

    private static Collection<PSObject> Run(ScriptBlock block, object? input)
    {
        try
        {
            return block.InvokeWithContext(null, [new PSVariable("_", input)], input);
        }
        catch (RuntimeException failure) when (failure is not PipelineStoppedException)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest, $"The script block of -Message failed for this input: {failure.Message}", failure);
        }
    }
}
