using System.Text.Json;

namespace QwenChat.Catalogue;

/// <summary>A catalog file, read as entries and their positions. The members of an entry are read only when files are merged.</summary>
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

    /// <summary>The name of the file, for error messages.</summary>
    public string Name { get; }

    /// <summary>The entries, in file order.</summary>
    public IReadOnlyCollection<ModelEntry> Entries => _entries.Values;

    public ModelEntry? Find(string id) => _entries.GetValueOrDefault(id);

    /// <summary>Reads the outline of a file. Comments and trailing commas are allowed, because people write these files.</summary>
    /// <param name="name">The name of the file, for error messages.</param>
    /// <param name="utf8">The bytes of the file, with or without a byte order mark. The object keeps a reference to the buffer.</param>
    /// <param name="remedy">The advice for an error; null if the user wrote the file.</param>
    /// <exception cref="QwenException">The file is not JSON, or not in this format; the error message contains the position.</exception>
    public static ModelFile Read(string name, ReadOnlyMemory<byte> utf8, string? remedy = null)
    {
        var file = new ModelFile(name, utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8,
            remedy ?? $"Correct the file, or remove the environment variable {ModelCatalogue.FileVariable}.");
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
            // InvalidOperationException: thrown by the reader for text that is not UTF-8.
            throw file.Broken((int)reader.TokenStartIndex, e.Message, e);
        }
    }

    public Utf8JsonReader ReaderAt(int start, int length) => new(_utf8.Span.Slice(start, length), Options);

    public QwenException Broken(int position, string fault, Exception? cause)
    {
        var before = _utf8.Span[..position];
        int line = before.Count((byte)'\n') + 1;
        int column = position - before.LastIndexOf((byte)'\n');
        return Broken(line, column, fault, cause);
    }

    private QwenException Broken(long line, long column, string fault, Exception? cause) =>
        new(QwenErrorKind.InvalidRequest,
            $"The model catalog '{Name}' cannot be used. Line {line}, column {column}: {fault} {_remedy}", cause);

    private void ReadOutline(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("""The file must be an object: { "models": { … } }.""");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool models = reader.ValueTextEquals("models"u8);
            if (!models && !reader.ValueTextEquals("about"u8))
                throw new FormatException($"'{reader.GetString()}' is not a member of the file. Its members are 'models' and, as a comment, 'about'.");
            reader.Read();
            if (models)
                ReadEntries(ref reader);
            else
                reader.Skip();
        }
        // Throws if content follows the object.
        reader.Read();
    }

    private void ReadEntries(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("""'models' must be an object whose property names are model ids: { "qwen3.6-plus": { … } }.""");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string id = reader.GetString()!;
            if (id.Length == 0 || _entries.ContainsKey(id))
                throw new FormatException(id.Length == 0 ? "A model needs a name." : $"The model '{id}' is described twice.");
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new FormatException($"The entry of the model '{id}' must be an object.");
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
                like = reader.TokenType == JsonTokenType.String ? reader.GetString() : throw new FormatException("'like' must be the name of a model.");
            else
                reader.Skip();
        }
        return like;
    }

    /// <summary>Returns the JSON reader's message without its zero-based line number.</summary>
    private static string Sentence(string message)
    {
        int end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}

/// <summary>The entry of one model in a file.</summary>
/// <param name="File">The file.</param>
/// <param name="Id">The model's name.</param>
/// <param name="Like">The model whose entries this entry inherits; null if it inherits none.</param>
/// <param name="Start">The position of the entry's value in the file, in bytes.</param>
/// <param name="Length">The length of the entry's value, in bytes.</param>
internal sealed record ModelEntry(ModelFile File, string Id, string? Like, int Start, int Length);
