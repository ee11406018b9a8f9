using System.Text.Json;

namespace QwenChat.Catalogue;

/// <summary>One catalogue file: which models it has, and where in it each is described. The descriptions are read when they are merged.</summary>
internal sealed class ModelFile
{
    private static readonly JsonReaderOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly ReadOnlyMemory<byte> _utf8;
    private readonly Dictionary<string, ModelEntry> _entries = new(StringComparer.OrdinalIgnoreCase);

    private readonly string _remedy;

    private ModelFile(string name, ReadOnlyMemory<byte> utf8, string remedy)
    {
        Name = name;
        _remedy = remedy;
        _utf8 = utf8;
    }

    /// <summary>The file's name, for messages.</summary>
    public string Name { get; }

    /// <summary>The entries, in the file's order.</summary>
    public IReadOnlyCollection<ModelEntry> Entries => _entries.Values;

    public ModelEntry? Find(string id) => _entries.GetValueOrDefault(id);

    /// <summary>Reads a file's outline. Comments and trailing commas are allowed: people write these files.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="utf8">The file's bytes, with or without a byte order mark; kept.</param>
    /// <param name="remedy">What to do about a fault; null where the user wrote the file.</param>
    /// <exception cref="QwenException">The file is no JSON, or not of this form; the message says where.</exception>
    public static ModelFile Read(string name, ReadOnlyMemory<byte> utf8, string? remedy = null)
    {
        var file = new ModelFile(name, utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8,
            remedy ?? $"Correct the file, or do without it by removing the environment variable {ModelCatalogue.FileVariable}.");
        var reader = file.ReaderAt(0, file._utf8.Length);
        try
        {
            file.ReadOutline(ref reader);
            return file;
        }
        catch (JsonException e)
        {
            throw file.Broken((e.LineNumber ?? 0) + 1, (e.BytePositionInLine ?? 0) + 1, Sentence(e.Message), e);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            // InvalidOperationException: the reader's word for text that is not UTF-8.
            throw file.Broken((int)reader.TokenStartIndex, e.Message, e);
        }
    }

    public Utf8JsonReader ReaderAt(int start, int length) => new(_utf8.Span.Slice(start, length), Options);

    /// <summary>The error for a fault at a place in the file.</summary>
    public QwenException Broken(int position, string fault, Exception? cause)
    {
        var before = _utf8.Span[..position];
        int line = before.Count((byte)'\n') + 1;
        int column = position - before.LastIndexOf((byte)'\n');
        return Broken(line, column, fault, cause);
    }

    private QwenException Broken(long line, long column, string fault, Exception? cause) =>
        new(QwenErrorKind.InvalidRequest,
            $"The model catalogue '{Name}' cannot be used. Line {line}, column {column}: {fault} {_remedy}", cause);

    private void ReadOutline(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("""The file is to be an object: { "models": { … } }.""");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool models = reader.ValueTextEquals("models"u8);
            if (!models && !reader.ValueTextEquals("about"u8))
                throw new FormatException($"'{reader.GetString()}' is not known here: the file has 'models' and, as a comment, 'about'.");
            reader.Read();
            if (models)
                ReadEntries(ref reader);
            else
                reader.Skip();
        }
        // One more step finds what stands behind the object's end.
        reader.Read();
    }

    private void ReadEntries(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("""'models' is to be an object with the models' names: { "qwen3.6-plus": { … } }.""");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string id = reader.GetString()!;
            if (id.Length == 0 || _entries.ContainsKey(id))
                throw new FormatException(id.Length == 0 ? "A model needs a name." : $"The model '{id}' is described twice.");
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new FormatException($"The model '{id}' is to be described by an object.");
            int start = (int)reader.TokenStartIndex;
            string? like = ReadLike(ref reader);
            _entries.Add(id, new ModelEntry(this, id, like, start, (int)reader.BytesConsumed - start));
        }
    }

    private static string? ReadLike(ref Utf8JsonReader reader)
    {
        string? like = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isLike = reader.ValueTextEquals("like"u8);
            reader.Read();
            if (isLike)
                like = reader.TokenType == JsonTokenType.String ? reader.GetString() : throw new FormatException("'like' is to be the name of a model.");
            else
                reader.Skip();
        }
        return like;
    }

    /// <summary>The reader's message without its own count of lines, which begins at 0.</summary>
    private static string Sentence(string message)
    {
        int end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}

/// <summary>One model's description in a file.</summary>
/// <param name="File">The file.</param>
/// <param name="Id">The model's name.</param>
/// <param name="Like">The model whose description this one builds on; null for one that stands alone.</param>
/// <param name="Start">Where the description begins, in bytes.</param>
/// <param name="Length">How long it is, in bytes.</param>
internal sealed record ModelEntry(ModelFile File, string Id, string? Like, int Start, int Length);
