using System.Text.Json;
using QwenChat.Protocols.Json;

namespace QwenChat.Export;

/// <summary>
/// The file of a conversation that goes on, <c>.jsonl</c>: a head line, then a line for every turn (docs/file-format.md). Only
/// its end grows: turns that were taken back are followed by a line that says so, and settings that changed by the new ones.
/// </summary>
internal sealed class ConversationLog
{
    private readonly List<QwenTurn> _turns = [];

    /// <summary>What the file says the conversation is; null for a file without a whole head line.</summary>
    public ConversationFileHead? Head { get; private set; }

    public IReadOnlyList<QwenTurn> Turns => _turns;

    public ConversationState State { get; private set; } = new();

    /// <summary>How many bytes are whole lines, and sound.</summary>
    public long SoundLength { get; private set; }

    /// <summary>How many bytes behind them are a line that was not written to its end.</summary>
    public long TornLength { get; private set; }

    /// <summary>True where the last whole line has no line feed.</summary>
    public bool LacksLineFeed { get; private set; }

    /// <summary>Reads a file's bytes. A last line that is no JSON was torn when it was written, and is passed over.</summary>
    /// <exception cref="QwenException">It is no such file, is of a newer version, or an earlier line is at fault.</exception>
    public static ConversationLog Read(ReadOnlyMemory<byte> file, string name)
    {
        var log = new ConversationLog();
        var rest = FileSource.WithoutMark(file);
        log.SoundLength = file.Length - rest.Length;
        int contentEnd = file.Span.TrimEnd(Blanks).Length;
        for (int line = 1; !rest.IsEmpty; line++)
        {
            int end = rest.Span.IndexOf((byte)'\n');
            int length = end < 0 ? rest.Length : end + 1;
            if (!log.TryReadLine(rest[..length], new FileSource(name, line), isLast: file.Length - rest.Length + length >= contentEnd))
            {
                log.TornLength = rest.Length;
                break;
            }
            log.SoundLength += length;
            log.LacksLineFeed = end < 0;
            rest = rest[length..];
        }
        return log;
    }

    /// <summary>The conversation as of the file's end.</summary>
    /// <exception cref="QwenException">There is none.</exception>
    public ConversationFileContent ToRecord(string name) => new()
    {
        Head = Head ?? throw new FileSource(name).Refuse(TornLength > 0
            ? "its first line was not written to its end, so there is nothing in it"
            : "it is empty"),
        Turns = Turns,
        State = State,
    };

    /// <summary>
    /// True when a conversation begins with all that the file has, so that nothing of the file is lost when it goes on under another id:
    /// the service gives one when it makes its own object, and a branch has its own.
    /// </summary>
    public bool IsContinuedBy(ConversationFileContent record)
    {
        if (CommonTurns(record.Turns) < _turns.Count)
            return false;
        // Any conversation begins with nothing: then it is told by when it was made.
        if (_turns.Count == 0 && State.Pending.Count == 0)
            return Head?.CreatedAt == record.Head.CreatedAt;
        // What waited when the file was written is in the next turn, or waits still.
        var next = record.Turns.Count > _turns.Count ? record.Turns[_turns.Count].Items : record.State.Pending;
        return State.Pending.Count <= next.Count && State.Pending.Zip(next).All(pair => pair.First.Json.Span.SequenceEqual(pair.Second.Json.Span));
    }

    /// <summary>Writes what makes the file's conversation another one.</summary>
    /// <param name="stream">The file, at its end.</param>
    /// <param name="record">What the conversation is now.</param>
    /// <param name="mayBeShorter">True where the file may hold turns beyond the record's: a reply's conversation has gone on.</param>
    /// <param name="now">Now.</param>
    public void Write(Stream stream, ConversationFileContent record, bool mayBeShorter, DateTimeOffset now)
    {
        int common = CommonTurns(record.Turns);
        if (mayBeShorter && common == record.Turns.Count && common < _turns.Count)
            return;
        if (Head is null)
        {
            WriteLine(stream, writer =>
            {
                ConversationFile.WriteHead(writer, now);
                writer.WritePropertyName("conversation");
                ConversationWriter.WriteHead(writer, record.Head);
            });
        }
        else if (!Same(ConversationWriter.WriteHead, Head, record.Head))
        {
            WriteLine(stream, writer =>
            {
                writer.WritePropertyName("conversation");
                ConversationWriter.WriteHead(writer, record.Head);
            });
        }
        if (common < _turns.Count)
            WriteLine(stream, writer => writer.WriteNumber("keepTurns", common));
        var state = State;
        foreach (var turn in record.Turns.Skip(common))
        {
            WriteLine(stream, writer =>
            {
                writer.WritePropertyName("turn");
                ConversationWriter.WriteTurn(writer, turn);
            });
            state = state.After(turn);
        }
        if (!Same(ConversationWriter.WriteState, state, record.State))
        {
            WriteLine(stream, writer =>
            {
                writer.WritePropertyName("state");
                ConversationWriter.WriteState(writer, record.State);
            });
        }
    }

    private static ReadOnlySpan<byte> Blanks => " \t\r\n"u8;

    private bool TryReadLine(ReadOnlyMemory<byte> line, FileSource source, bool isLast)
    {
        if (line.Span.Trim(Blanks).IsEmpty)
            return true;
        JsonDocument document;
        try
        {
            document = source.Parse(line);
        }
        catch (QwenException) when (isLast && IsTorn(line.Span))
        {
            return false;
        }
        using (document)
            ReadLine(new CheckedJson(document.RootElement, what => source.Refuse(what)), source);
        return true;
    }

    private void ReadLine(CheckedJson line, FileSource source)
    {
        if (Head is null)
            ConversationFile.CheckHead(line, source);
        if (line.Member("conversation") is { } head)
        {
            Head = ConversationReader.ReadHead(head);
        }
        else if (line.Member("turn") is { } value)
        {
            var turn = ConversationReader.ReadTurn(value, _turns.Count + 1);
            _turns.Add(turn);
            State = State.After(turn);
        }
        else if (line.Member("keepTurns") is { } keep)
        {
            int count = keep.Int32(0);
            if (count > _turns.Count)
                throw keep.Refuse($"is {count}, but there are {_turns.Count} turns before it");
            _turns.RemoveRange(count, _turns.Count - count);
        }
        else if (line.Member("state") is { } state)
        {
            State = ConversationReader.ReadState(state);
        }
        if (Head is null)
            _ = line.Required("conversation");
    }

    // The head line is recognised by its beginning: what is no such file must not be taken for the torn beginning of one, and overwritten.
    private bool IsTorn(ReadOnlySpan<byte> line)
    {
        if (Head is not null)
            return true;
        var head = """{"format":"QwenChat.Conversation","version":"""u8;
        line = line.TrimEnd((byte)0);
        return line.Length < head.Length ? head.StartsWith(line) : line.StartsWith(head);
    }

    private int CommonTurns(IReadOnlyList<QwenTurn> turns)
    {
        int count = 0;
        while (count < turns.Count && count < _turns.Count && Same(ConversationWriter.WriteTurn, turns[count], _turns[count]))
            count++;
        return count;
    }

    // Written alike is the same: so a file that an older version wrote goes on without saying everything again.
    private static bool Same<T>(Action<Utf8JsonWriter, T> write, T left, T right) =>
        ConversationWriter.Line(write, left).AsSpan().SequenceEqual(ConversationWriter.Line(write, right));

    private static void WriteLine(Stream stream, Action<Utf8JsonWriter> writeMembers)
    {
        byte[] line = ConversationWriter.Line((writer, members) =>
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }, writeMembers);
        stream.Write([.. line, (byte)'\n']);
    }
}
