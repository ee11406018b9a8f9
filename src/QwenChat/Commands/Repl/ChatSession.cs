using QwenChat.Commands.Repl.Slash;
using QwenChat.Commands.Terminal;

namespace QwenChat.Commands.Repl;

/// <summary>A chat, from its first prompt until the user leaves. Reads messages and commands, shows answers, and continues after errors.</summary>
internal sealed class ChatSession
{
    private const string PromptMark = "> ";

    // The interval at which keys are polled: short enough to seem immediate, and long enough to use almost no processor time.
    private static readonly TimeSpan s_keyInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_stopInterval = TimeSpan.FromMilliseconds(50);

    private readonly EnterQwenChatCommand _command;
    private readonly ChatKeys _keys;
    private readonly ChatDisplay _display;
    private readonly ChatState _chat;
    private readonly InputHistory _history;
    private readonly InputEditor _editor;
    private readonly InputScreen _screen;
    private readonly string _prompt;
    private ChatAnswer? _answer;
    private CancellationTokenSource? _stop;
    private long _stopLookedFor;

    public ChatSession(EnterQwenChatCommand command, ChatKeys keys, InputHistory history, QwenConversation conversation, QwenOptions options,
        bool foldsThinking)
    {
        _command = command;
        _keys = keys;
        _history = history;
        _display = new ChatDisplay(command);
        _prompt = _display.Style.Paint(_display.Style.Heading, PromptMark);
        _screen = new InputScreen(_display.Draw);
        var host = new ChatHost
        {
            Say = _display.Say,
            Wait = Wait,
            FindPath = command.FindPath,
            Used = EnterQwenChatCommand.SetLast,
            Notices = command.Notices,
        };
        _chat = new ChatState(host, conversation) { Options = options, Connection = command.Conversation is null
            ? null : command.Connection, FoldsThinking = foldsThinking };
        _editor = new InputEditor(history, text => SlashCommands.Complete(_chat, text));
    }

    public QwenConversation Conversation => _chat.Conversation;

    /// <inheritdoc cref="ChatState.Unstored"/>
    public IEnumerable<QwenConversation> Unstored => _chat.Unstored;

    public void Run()
    {
        Greet();
        while (!_chat.Leaves && Read() is { } text)
        {
            Echo(text);
            _history.Add(text);
            try
            {
                if (SlashCommands.IsCommand(text, out string name, out string argument))
                    Do(name, argument);
                else
                    Answer(SlashCommands.Message(text));
                _command.ShowNotices();
            }
            catch (OperationCanceledException) when (!_command.Cancellation.IsCancellationRequested)
            {
                _display.Say("Stopped.");
            }
            catch (QwenException failure)
            {
                _command.ShowNotices();
                _command.Show(failure, text);
                _display.Write("\n");
            }
        }
    }

    /// <summary>Writes buffered text of the answer, and checks whether Ctrl+C was pressed.</summary>
    public void OnWake()
    {
        _answer?.Tick();
        _stopLookedFor = Environment.TickCount64;
        if (_stop is { IsCancellationRequested: false } stop && _keys.WasStopPressed())
            stop.Cancel();
    }

    /// <summary>Removes the waiting indicator and ends the displayed line, so that a notice can follow.</summary>
    public void OnNotice()
    {
        _display.EndWaiting();
        _answer?.EndLine();
    }

    private void Greet()
    {
        int turns = Conversation.TurnCount;
        string what = turns == 0 ? "a new conversation" : $"{Conversation}, {ChatText.Turns(turns)}";
        _display.Say(
            $"{_chat.Options.Model ?? Conversation.Model} · {Conversation.Api} · {what}\n/help lists the commands, Ctrl+C stops an answer, Ctrl+D exits.");
        foreach (var turn in Conversation.Path.From(0))
        {
            if (!_history.Has(turn.Message))
                _history.Add(turn.Message);
        }
        if (Conversation.Path.Last is { } last)
        {
            Echo(last.Message);
            var text = new TerminalMarkdown(_display.Style, _display.Width);
            _display.Write(text.Take(last.Text) + text.End() + "\n");
        }
    }

    /// <summary>Reads a message; returns null if the user leaves.</summary>
    private string? Read()
    {
        _editor.Begin(_chat.Draft);
        _chat.Draft = "";
        var state = InputState.Typing;
        while (state == InputState.Typing)
        {
            Draw();
            InputKey key;
            while (!_keys.TryRead(out key))
                _command.WaitFor(Task.Delay(s_keyInterval, _command.Cancellation));
            do
                state = _editor.Take(key);
            while (state == InputState.Typing && _keys.TryRead(out key));
        }
        _screen.Clear();
        return state == InputState.Sent ? _editor.Text : null;
    }

    private void Draw()
    {
        var (width, height) = _display.Size;
        string[] below = _editor.Below.Take(Math.Max(1, height / 2)).Select(row => _display.Style.Paint(_display.Style.Faint, CellWidth.Cut(row, width - 1)))
            .ToArray();
        _screen.Show(InputLayout.Of(_editor.Text, _editor.Cursor, _prompt, width).Within(Math.Max(1, height - 1 - below.Length)), below, width);
    }

    /// <summary>Writes the sent message in place of the edited text, so that transcripts contain it.</summary>
    private void Echo(string text) => _display.Write(string.Join('\n', InputLayout.Of(text, 0, _prompt, _display.Width).Rows) + "\n\n");

    /// <summary>Runs a slash command. A failure is displayed, but is not written to the error stream, because most failures are typing mistakes.</summary>
    private void Do(string name, string argument)
    {
        try
        {
            SlashCommands.Run(_chat, name, argument);
        }
        catch (QwenException failure)
        {
            _display.Refuse(failure.Message);
        }
    }

    private void Answer(string message)
    {
        int turns = Conversation.TurnCount;
        using var answer = _answer = new ChatAnswer(_display.Write, _display.Style, _display.Width, _chat.FoldsThinking, TimeProvider.System, _command.Wake);
        _display.BeginWaiting();
        try
        {
            Stoppable(cancellation => _command.Send(Conversation, message, _chat.Options, delta => Take(delta, answer, cancellation), cancellation));
            answer.End();
            _display.EndAnswer(_chat.LastReply!);
        }
        catch (OperationCanceledException) when (!_command.Cancellation.IsCancellationRequested)
        {
            answer.End();
            _display.EndWaiting();
            _display.Say(Conversation.TurnCount > turns ? "Stopped; the partial answer is kept." : "Stopped before the answer began; nothing is kept.");
        }
        catch (QwenException)
        {
            answer.End();
            _display.EndWaiting();
            throw;
        }
        finally
        {
            _answer = null;
        }
    }

    private void Take(QwenReplyDelta delta, ChatAnswer answer, CancellationToken cancellation)
    {
        answer.Take(delta);
        _chat.LastReply = delta.Reply ?? _chat.LastReply;
        // Keys are polled here as well, because chunks may arrive so fast that the loop never waits.
        if (Environment.TickCount64 - _stopLookedFor > s_stopInterval.TotalMilliseconds)
            OnWake();
        if (delta.Reply is null)
            cancellation.ThrowIfCancellationRequested();
    }

    private void Wait(Func<CancellationToken, Task> work) => Stoppable(cancellation => _command.WaitFor(work(cancellation)));

    /// <summary>Runs an operation that Ctrl+C cancels.</summary>
    private void Stoppable(Action<CancellationToken> work)
    {
        using var stop = _stop = CancellationTokenSource.CreateLinkedTokenSource(_command.Cancellation);
        using var timer = TimeProvider.System.CreateTimer(_ => _command.Wake(), null, s_stopInterval, s_stopInterval);
        try
        {
            work(stop.Token);
        }
        finally
        {
            _stop = null;
        }
    }
}
