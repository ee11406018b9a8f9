namespace QwenChat.Catalogue;

/// <summary>
/// The models this version knows, and what the user's own file says of them. Unknown models are allowed everywhere, with the service's
/// own defaults.
/// </summary>
internal static class ModelCatalogue
{
    /// <summary>The model of conversations that name none.</summary>
    public const string DefaultModel = "qwen3.6-plus";

    /// <summary>The environment variable with the path of the user's own catalogue file.</summary>
    public const string FileVariable = "QWENCHAT_MODELS";

    // What failed is tried again: a user corrects the file and goes on in the same session.
    private static readonly Lazy<ModelFile> BuiltInFile = new(ReadBuiltIn, LazyThreadSafetyMode.PublicationOnly);
    private static volatile Loaded? _loaded;

    /// <summary>All models, the newest generation first.</summary>
    /// <exception cref="QwenException">The user's own file cannot be read.</exception>
    public static IReadOnlyCollection<QwenModel> All => Current.All;

    /// <summary>The models without the user's own file.</summary>
    internal static ModelList BuiltIn => ModelList.Merge(BuiltInFile.Value);

    private static ModelList Current
    {
        get
        {
            // The one place in this folder that reads a file: whoever asks for a model, a cmdlet, a completer or a protocol, is to get
            // the same answer, and none of them should have to think of the variable first. A changed variable or file is noticed.
            string? path = Environment.GetEnvironmentVariable(FileVariable);
            path = string.IsNullOrWhiteSpace(path) ? null : Path.GetFullPath(path.Trim());
            var written = path is null ? default : File.GetLastWriteTimeUtc(path);
            var loaded = _loaded;
            if (loaded is null || loaded.Path != path || loaded.Written != written)
                _loaded = loaded = new Loaded(path, written, Load(path));
            return loaded.Models;
        }
    }

    /// <summary>The model of this very name, in any case. A name that is not listed is null: a snapshot is not taken for its main model.</summary>
    /// <exception cref="QwenException">The user's own file cannot be read.</exception>
    public static QwenModel? Find(string id) => Current.Find(id);

    /// <summary>The API of a conversation that names none: the first of Responses, ChatCompletions and DashScope that lists the model.</summary>
    public static QwenApi DefaultApi(string model)
    {
        var apis = Find(model)?.ApiKinds ?? [];
        foreach (var api in (ReadOnlySpan<QwenApi>)[QwenApi.Responses, QwenApi.ChatCompletions, QwenApi.DashScope])
        {
            if (apis.Contains(api))
                return api;
        }
        return QwenApi.Responses;
    }

    /// <summary>
    /// The price of a request: its tier is the first that its input tokens do not pass, and holds for all its tokens (qwen-api §8.2). Where only prices
    /// of times of day are known it is the highest: which hours they are for is not.
    /// </summary>
    /// <returns>Null where the catalogue has no price: a region's price is never taken for another's.</returns>
    public static QwenModelPrice? PriceFor(QwenModel model, QwenRegion region, long inputTokens)
    {
        QwenModelPrice? highest = null;
        foreach (var price in model.Prices)
        {
            if (price.RegionKind != region || inputTokens > (price.UpToInputTokens ?? long.MaxValue))
                continue;
            if (price.TimeBand is null)
                return price;
            // A band's tiers rise, so a later tier that fits is not the one that holds.
            if (highest?.Input is null || (price.Input > highest.Input && FirstOfBand(model, price, inputTokens) == price))
                highest = price;
        }
        return highest;
    }

    private static QwenModelPrice FirstOfBand(QwenModel model, QwenModelPrice of, long inputTokens) => model.Prices.First(price =>
        price.RegionKind == of.RegionKind && price.TimeBand == of.TimeBand && inputTokens <= (price.UpToInputTokens ?? long.MaxValue));

    /// <summary>The built-in catalogue with a file laid over it.</summary>
    internal static ModelList Load(string? path) => path is null ? BuiltIn : ModelList.Merge(BuiltInFile.Value, ReadFile(path));

    private static ModelFile ReadFile(string path)
    {
        try
        {
            return ModelFile.Read(path, File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The environment variable {FileVariable} names a model catalogue that cannot be read: {e.Message} " +
                "Correct the path, or remove the variable to do without the file.", e);
        }
    }

    private static ModelFile ReadBuiltIn()
    {
        using var stream = typeof(ModelCatalogue).Assembly.GetManifestResourceStream("models.json")!;
        byte[] utf8 = new byte[stream.Length];
        stream.ReadExactly(utf8);
        return ModelFile.Read("models.json", utf8);
    }

    private sealed record Loaded(string? Path, DateTime Written, ModelList Models);
}
