using System.Text.Json;
using QwenChat.Protocols.Json;
using QwenChat.Text;

namespace QwenChat.Export;

/// <summary>
/// The append-only <c>.jsonl</c> file of a conversation: a head line, then a line for every turn, undo or change to the settings (docs/file-format.md).
/// </summary>
internal sealed class ConversationLog
{
    private readonly List<QwenTurn> _turns = [];

    /// <summary>The identity and options of the conversation, from the first line of the file; null if this line is incomplete.</summary>
    public ConversationFileHead? Head { get; private set; }

    public IReadOnlyList<QwenTurn> Turns => _turns;

    public ConversationState State { get; private set; } = new();

    /// <summary>The number of bytes in complete, valid lines.</summary>
    public long SoundLength { get; private set; }

    /// <summary>The number of bytes in an incomplete last line.</summary>
    public long TornLength { get; private set; }

    /// <summary>True if the last line is complete but has no line feed.</summary>
    public bool LacksLineFeed { get; private set; }

    /// <summary>Reads a file's bytes. An incomplete last line, which is not JSON, is ignored.</summary>
    /// <exception cref="QwenException">The file is not a conversation file, has a newer format version, or contains another invalid line.</exception>
    public static ConversationLog Read(ReadOnlyMemory<byte> file, string name) => Read(file, new FileSource(name));

    /// <inheritdoc cref="Read(ReadOnlyMemory{byte}, string)"/>
    public static ConversationLog Read(ReadOnlyMemory<byte> file, FileSource source)
    {
        var log = new ConversationLog();
        var rest = FileSource.WithoutMark(file);
        log.SoundLength = file.Length - rest.Length;
        int contentEnd = file.Span.TrimEnd(Blanks).Length;
        for (int line = 1; !rest.IsEmpty; line++)
        {
            int end = rest.Span.IndexOf((byte)'\n');
            int length = end < 0 ? rest.Length : end + 1;
            if (!log.TryReadLine(rest[..length], source with { Line = line }, isLast: file.Length - rest.Length + length >= contentEnd))
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

    /// <summary>Returns the conversation that the lines of the file describe.</summary>
    /// <exception cref="QwenException">The file contains no conversation.</exception>
    public ConversationFileContent ToRecord(string name) => new()
    {
        Head = Head ?? throw new FileSource(name).Refuse(TornLength > 0
            ? "its first line is incomplete, so the file contains no conversation"
            : "it is empty"),
        Turns = Turns,
        State = State,
    };

    /// <summary>
    /// Returns whether a conversation begins with the complete content of the file, so that appending the conversation loses nothing. The ids may differ:
    /// the service assigns an id to a new conversation object, and a branch has its own id.
    /// </summary>
    public bool IsContinuedBy(ConversationFileContent record)
    {
        if (CommonTurns(record.Turns) < _turns.Count)
            return false;
        // A file without turns could be the beginning of any conversation, so the creation time identifies the conversation.
        if (_turns.Count == 0 && State.Pending.Count == 0)
            return Head?.CreatedAt == record.Head.CreatedAt;
        // Items that were pending when the file was written are in the next turn, or are still pending.
        var next = record.Turns.Count > _turns.Count ? record.Turns[_turns.Count].Items : record.State.Pending;
        return State.Pending.Count <= next.Count && State.Pending.Zip(next).All(pair => pair.First.Json.Span.SequenceEqual(pair.Second.Json.Span));
    }

    /// <summary>
    /// Writes the difference between the file and a newer state of its conversation. If <paramref name="mayBeShorter"/> is true, a file that already
    /// contains more turns is left unchanged, because the record may end with an earlier reply.
    /// </summary>
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
                throw keep.Refuse($"is {count}, but the lines before this line contain only {Quantity.Of(_turns.Count, "turn")}");
            _turns.RemoveRange(count, _turns.Count - count);
        }
        else if (line.Member("state") is { } state)
        {
            State = ConversationReader.ReadState(state);
        }
        if (Head is null)
            _ = line.Required("conversation");
    }

    // An incomplete head line must have the right beginning, so that an unrelated file is not mistaken for a conversation file and overwritten.
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

    // Values are compared in this version's JSON format, so that appending to a file of an older version does not repeat everything.
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
