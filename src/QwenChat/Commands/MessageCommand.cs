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

/// <summary>What a message carries besides its text, and how it is made ready to be sent.</summary>
public abstract class MessageCommand : QwenOptionsCommand
{
    private const string DefaultVoice = "Cherry";

    private NamedFiles? _files;
    private AudioTarget? _audioTarget;

    private protected MessageCommand()
    {
    }

    /// <summary>The name of a conversation that begins here.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? Name { get; set; }

    /// <summary>Images for the model to see: paths, files, addresses, bytes.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Image { get; set; }

    /// <summary>Videos for the model to see; images, from four on, make one video.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Video { get; set; }

    /// <summary>Sounds for the model to hear.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Audio { get; set; }

    /// <summary>Documents for the model to read: paths, addresses, ids (<c>fileid://…</c>).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? File { get; set; }

    /// <summary>Puts every file into the service's temporary store, not only large ones.</summary>
    [Parameter]
    public SwitchParameter Upload { get; set; }

    /// <summary>Asks for a spoken answer, in this voice.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(VoiceCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? AudioVoice { get; set; }

    /// <summary>How the spoken answer is coded; wav is the default.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AudioFormatCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? AudioFormat { get; set; }

    /// <summary>Asks for a spoken answer, and saves it as this file.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Text(IsPath = true)]
    public string? AudioPath { get; set; }

    /// <summary>Results of calls that the last answer has left to the caller, by their ids: texts, or objects.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IDictionary? ToolOutput { get; set; }

    /// <summary>Writes the request as it would be sent, with estimated tokens and price, and sends nothing.</summary>
    [Parameter]
    public SwitchParameter DryRun { get; set; }

    /// <summary>Makes forgotten server state an error instead of sending the transcript again.</summary>
    [Parameter]
    public SwitchParameter NoRebuild { get; set; }

    /// <summary>The conversation that the command has begun itself; null before it has.</summary>
    private protected QwenConversation? Begun { get; set; }

    private protected MediaParameters NamedMedia => new(Image, Video, Audio, File);

    /// <summary>What was given once goes along once: later messages are without the named files.</summary>
    private protected void ForgetFiles() => _files = new NamedFiles(default, SessionState.Path, Notices);

    /// <summary>Reads, checks and, where that is asked for, shows what would be sent. </summary>
    /// <param name="target">What it is sent on; null where a conversation begins.</param>
    /// <param name="message">What is said.</param>
    /// <param name="piped">Media that are piped along.</param>
    /// <param name="streams">Whether the answer is read as it comes.</param>
    /// <returns>The message; null when it is not to be sent.</returns>
    private protected OutgoingMessage? Prepare(IQwenConversation? target, string message, IReadOnlyList<MediaPart> piped, bool streams)
    {
        var start = ReadStart(Name, target is null ? ReadStore(mayCreate: true) : null);
        start.Check();
        if (target is not null && target != Begun && FirstBeginParameter() is { } misplaced)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"{misplaced} belongs where a conversation begins, and this one has begun: give it to New-QwenConversation, or see Copy-QwenConversation.");
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
        // That a second turn is one too many is said first, when the turn is prepared.
        bool says = results.Length == 0 || message.Length > 0 || NamedMedia.Any;
        if (says && (facts?.SingleTurn != true || conversation.TurnCount == 0))
            media.Check(conversation.ApiKind, model, facts, message);
        var draft = says ? media.Write(message, hasStore: (Connection ?? conversation.Connection).CompatibleUri is null, Upload) : null;
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
        WriteNotices(); // May end the command, and nothing is paid yet.
        return new OutgoingMessage(client, conversation, turn, tools);
    }

    /// <summary>Saves the spoken answer. What is to be said of it is said when the reply has been written, which it must not cost.</summary>
    private protected Action? SaveAudio(QwenReply reply)
    {
        if (!AsksForAudio)
            return null;
        if (reply.Audio is null)
            return () => WriteWarning("The model sent no audio with its answer.");
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
