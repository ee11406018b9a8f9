using System.Collections;
using System.Management.Automation;
using QwenChat.Catalogue;
using QwenChat.Commands.Input;
using QwenChat.Commands.Terminal;
using QwenChat.Commands.Tools;
using QwenChat.Media;
using QwenChat.Protocols;
using QwenChat.Turn;

namespace QwenChat.Commands;

/// <summary>The base class of commands that send a message. Defines the parameters for all content except the text, and prepares the message.</summary>
public abstract class MessageCommand : QwenOptionsCommand
{
    private const string DefaultVoice = "Cherry";

    private NamedFiles? _files;
    private AudioTarget? _audioTarget;

    private protected MessageCommand()
    {
    }

    /// <summary>The name of a new conversation.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? Name { get; set; }

    /// <summary>Images to attach: paths, files, addresses or bytes.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Image { get; set; }

    /// <summary>Videos to attach. Four or more images are sent as the frames of one video.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Video { get; set; }

    /// <summary>Audio to attach.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Audio { get; set; }

    /// <summary>Documents to attach: paths, addresses or ids (<c>fileid://…</c>).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? File { get; set; }

    /// <summary>Uploads every file to the service's temporary store, not only large files.</summary>
    [Parameter]
    public SwitchParameter Upload { get; set; }

    /// <summary>Requests a spoken answer in this voice.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(VoiceCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? AudioVoice { get; set; }

    /// <summary>The format of the spoken answer; the default is wav.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AudioFormatCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? AudioFormat { get; set; }

    /// <summary>Requests a spoken answer, and saves it to this file.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Text(IsPath = true)]
    public string? AudioPath { get; set; }

    /// <summary>The results of the pending tool calls of the last answer: call ids as keys, and text or objects as values.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IDictionary? ToolOutput { get; set; }

    /// <summary>Writes the planned request, with estimated tokens and price, and sends nothing.</summary>
    [Parameter]
    public SwitchParameter DryRun { get; set; }

    /// <summary>Treats expired server state as an error instead of sending the transcript again.</summary>
    [Parameter]
    public SwitchParameter NoRebuild { get; set; }

    /// <summary>The conversation that the command has begun; null if there is none.</summary>
    private protected QwenConversation? Begun { get; set; }

    private protected MediaParameters NamedMedia => new(Image, Video, Audio, File);

    /// <summary>Discards the files from the parameters once they have been sent, so that later messages do not include them.</summary>
    private protected void ForgetFiles() => _files = new NamedFiles(default, SessionState.Path, Notices);

    /// <summary>Reads, checks and, if required, confirms a message.</summary>
    /// <param name="target">The conversation or reply to continue; null for a new conversation.</param>
    /// <param name="message">The text of the message.</param>
    /// <param name="piped">The piped media.</param>
    /// <param name="streams">Whether the answer is streamed.</param>
    /// <returns>The message; null with -DryRun or -WhatIf, or if the user did not confirm it.</returns>
    private protected OutgoingMessage? Prepare(IQwenConversation? target, string message, IReadOnlyList<MediaPart> piped, bool streams)
    {
        var start = ReadStart(Name, target is null ? ReadStore(mayCreate: true) : null);
        start.Check();
        if (target is not null && target != Begun && FirstBeginParameter() is { } misplaced)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"{misplaced} applies only to a new conversation, but this conversation has already begun. Use New-QwenConversation to begin "
                    + "another, or Copy-QwenConversation to create a branch.");
        var results = ToolOutput is null ? [] : ToolResults.Read(ToolOutput, target);
        if (AudioPath is not null)
            _audioTarget ??= new AudioTarget(SessionState.Path, AudioPath);
        _files ??= new NamedFiles(NamedMedia, SessionState.Path, Notices);
        var media = _files.With(piped);
        message = _files.JoinTo(message, Render);
        var conversation = target is null ? Begin(start, atService: false) : results.Length > 0 ? ToolResults.ConversationOf(target) : target.Continue();
        Notices.Protect(conversation.Options);
        Notices.Protect(start.Settings.Options);
        string model = Model ?? conversation.Model;
        var facts = ModelCatalogue.Find(model);
        // If the model supports only one turn, preparing a second turn fails below. That error takes precedence, so the media are not checked.
        bool hasContent = results.Length == 0 || message.Length > 0 || NamedMedia.Any;
        if (hasContent && (facts?.SingleTurn != true || conversation.TurnCount == 0))
            media.Check(conversation.ApiKind, model, facts, message);
        var draft = hasContent
            ? media.Write(conversation.ApiKind, message, hasStore: (Connection ?? conversation.Connection).CompatibleUri is null, Upload) : null;
        var tools = NewToolTurn(target is null ? conversation.ToolOptions : start.Settings.Tools.Over(conversation.ToolOptions));
        var turn = tools.AddTo(NewTurn(conversation, target is null ? null : Connection)) with
        {
            Message = draft,
            Before = [.. results, .. media.Before()],
            Spoken = AsksForAudio ? new SpokenAnswer(AudioVoice ?? DefaultVoice, AudioFormat ?? SpokenAnswer.Wav) : null,
            Options = target is null ? null : start.Settings.Options,
            Stream = streams,
            NoRebuild = NoRebuild,
        };
        var client = new QwenClient(turn.Connection ?? conversation.Connection);
        if (DryRun || ConfirmRequest.IsExpected(this, GetVariableValue))
        {
            var plan = Wait(client.PlanAsync(conversation, turn, Notices, Cancellation));
            if (DryRun)
                WriteObject(plan);
            if (DryRun || !ShouldProcess(PlanText.Of(plan, conversation), PlanText.Of(plan, conversation), "Send-QwenMessage"))
                return null;
        }
        RequireServer(turn.Connection ?? conversation.Connection);
        WriteNotices(); // A notice may end the command here, before anything is billed.
        return new OutgoingMessage(client, conversation, turn, tools);
    }

    /// <summary>
    /// Saves the spoken answer. On failure, returns an action that reports the problem. The caller invokes the action after writing the reply, so that
    /// the reply is not lost.
    /// </summary>
    private protected Action? SaveAudio(QwenReply reply)
    {
        if (!AsksForAudio)
            return null;
        if (reply.Audio is null)
            return () => WriteWarning("The model returned no audio with its answer.");
        try
        {
            _audioTarget?.Save(reply.Audio);
            return null;
        }
        catch (QwenException unsaved)
        {
            return () => AttemptOne(() => throw unsaved, AudioPath);
        }
    }

    private protected string Render(IReadOnlyList<object> layout) => LayoutText.Render(InvokeCommand, layout);

    private bool AsksForAudio => AudioVoice is not null || AudioFormat is not null || AudioPath is not null;
}
