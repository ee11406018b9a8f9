using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols.Json;

namespace QwenChat.Export;

/// <summary>The <c>.json</c> format: one object that contains a whole conversation (docs/file-format.md).</summary>
internal static class ConversationFile
{
    /// <summary>The identifier of the file format, which is the first member of the file.</summary>
    public const string Format = "QwenChat.Conversation";

    /// <summary>The file version, which increases when older readers would lose or misread data.</summary>
    public const int Version = 1;

    private static readonly JsonWriterOptions s_options = new()
    {
        Indented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(Stream stream, ConversationFileContent record, DateTimeOffset now)
    {
        using var writer = new Utf8JsonWriter(stream, s_options);
        writer.WriteStartObject();
        WriteHead(writer, now);
        writer.WritePropertyName("conversation");
        ConversationWriter.WriteHead(writer, record.Head);
        writer.WriteStartArray("turns");
        foreach (var turn in record.Turns)
        {
            ConversationWriter.WriteTurn(writer, turn);
            writer.Flush();
        }
        writer.WriteEndArray();
        writer.WritePropertyName("state");
        ConversationWriter.WriteState(writer, record.State);
        writer.WriteEndObject();
        writer.Flush();
        stream.WriteByte((byte)'\n');
    }

    /// <summary>Reads the bytes of a file that was written by this module, or of a transcript in the <c>messages</c> format.</summary>
    /// <exception cref="QwenException">The file is neither a conversation file nor a transcript, or has a newer format version.</exception>
    public static ConversationFileContent Read(ReadOnlyMemory<byte> json, string name, QwenOptions defaults, DateTimeOffset now, NoticeQueue notices)
    {
        var left = new LeftOutFields();
        var content = Read(json, new FileSource(name), defaults, now, left);
        left.Tell(name, notices);
        return content;
    }

    /// <summary>Reads the bytes of a file, or of one line of a file.</summary>
    /// <exception cref="QwenException">The data is neither a conversation nor a transcript, or has a newer format version.</exception>
    public static ConversationFileContent Read(ReadOnlyMemory<byte> json, FileSource source, QwenOptions defaults, DateTimeOffset now, LeftOutFields left)
    {
        using var document = source.Parse(FileSource.WithoutMark(json));
        var root = document.RootElement;
        if (MessagesFile.Find(root) is { } messages)
            return MessagesFile.Read(new CheckedJson(messages, what => source.Refuse(what)), root, defaults, now, left);
        var file = new CheckedJson(root, what => source.Refuse(what));
        CheckHead(file, source);
        var turns = file.Required("turns").Elements().Select((turn, index) => ConversationReader.ReadTurn(turn, index + 1)).ToArray();
        return new ConversationFileContent
        {
            Head = ConversationReader.ReadHead(file.Required("conversation")),
            Turns = turns,
            State = file.Member("state") is { } state
                ? ConversationReader.ReadState(state)
                : turns.Aggregate(new ConversationState(), (before, turn) => before.After(turn)),
        };
    }

    public static void WriteHead(Utf8JsonWriter writer, DateTimeOffset now)
    {
        writer.WriteString("format", Format);
        writer.WriteNumber("version", Version);
        writer.WriteString("exportedAt", now);
    }

    /// <exception cref="QwenException">The file was not written by this module, or has a newer version.</exception>
    public static void CheckHead(CheckedJson file, FileSource source)
    {
        if (file.Json.ValueKind != JsonValueKind.Object || file.Member("format") is not { Json.ValueKind: JsonValueKind.String } format
            || format.Text() != Format)
        {
            throw source.Refuse(source.IsAppendedTo ? "it is not a .jsonl file written by Export-QwenConversation"
                : "it is neither a .json or .jsonl file written by Export-QwenConversation nor a transcript of the form "
                + "[{\"role\":\"user\",\"content\":\"…\"}, …] or {\"messages\":[…]}");
        }
        var version = file.Required("version");
        if (version.Int32(1) > Version)
            throw source.Refuse($"it was written by a newer version of QwenChat (file version {version.Int32(1)}; this version supports {Version}). "
                + "Update the module");
    }
}
