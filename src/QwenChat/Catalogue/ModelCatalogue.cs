namespace QwenChat.Catalogue;

/// <summary>The built-in models, merged with the service's list and the user's own file. Unknown models are allowed, with the service's defaults.</summary>
internal static class ModelCatalogue
{
    /// <summary>The model of a conversation for which no model is specified.</summary>
    public const string DefaultModel = "qwen3.6-plus";

    /// <summary>The environment variable with the path of the user's own catalog file.</summary>
    public const string FileVariable = "QWENCHAT_MODELS";

    /// <summary>The time between two checks for changes to the file with the service's list. A check for every access would slow turns down.</summary>
    private const int FreshMilliseconds = 1000;

    private static readonly Lazy<ModelFile> BuiltInFile = new(ReadBuiltIn, LazyThreadSafetyMode.PublicationOnly);
    private static volatile Loaded? _loaded;
    private static volatile ServicePlace? _place;

    /// <summary>All models, the newest generation first.</summary>
    /// <exception cref="QwenException">The user's own file cannot be read.</exception>
    public static IReadOnlyCollection<QwenModel> All => Current.Models.All;

    /// <summary>The reason for ignoring the file written by Update-QwenModelCatalog; null if the file is used or does not exist.</summary>
    /// <exception cref="QwenException">The user's own file cannot be read.</exception>
    public static string? Fault => Current.Fault;

    /// <summary>The built-in models, without the service's list and the user's own file.</summary>
    internal static ModelList BuiltIn => ModelList.Merge(BuiltInFile.Value);

    /// <summary>The path where Update-QwenModelCatalog saves the service's list; null if the user has no folder.</summary>
    internal static string? ServicePath => UserFolder.Path is { } folder ? Path.Combine(folder, ServiceCatalogueFile.Name) : null;

    private static string? UserPath =>
        Environment.GetEnvironmentVariable(FileVariable) is { } path && !string.IsNullOrWhiteSpace(path) ? Path.GetFullPath(path.Trim()) : null;

    private static Loaded Current
    {
        get
        {
            // Only this property loads the files, so all callers get the same models. The files are reloaded when a file or an environment variable
            // changes.
            string? path = UserPath;
            var written = path is null ? default : File.GetLastWriteTimeUtc(path);
            var place = Place();
            var loaded = _loaded;
            if (loaded is null || (loaded.Path, loaded.Written, loaded.ServicePath, loaded.ServiceWritten) != (path, written, place.Path, place.Written))
            {
                var (models, fault) = Load(path, place.Path);
                _loaded = loaded = new Loaded(path, written, place.Path, place.Written, models, fault);
            }
            return loaded;
        }
    }

    /// <summary>
    /// Returns the model with this name, ignoring case; null if the name is not listed. An unlisted snapshot of a listed model is not found.
    /// </summary>
    /// <exception cref="QwenException">The user's own file cannot be read.</exception>
    public static QwenModel? Find(string id) => Current.Models.Find(id);

    /// <summary>Returns the model with exactly this name. If the file written by Update-QwenModelCatalog is ignored, also returns the reason.</summary>
    /// <param name="id">The model's name.</param>
    /// <param name="fault">See <see cref="Fault"/>.</param>
    /// <inheritdoc cref="Find(string)"/>
    public static QwenModel? Find(string id, out string? fault)
    {
        var current = Current;
        fault = current.Fault;
        return current.Models.Find(id);
    }

    /// <summary>
    /// Returns the default API of a conversation: the first of Responses, ChatCompletions and DashScope that supports the model, or Responses for an
    /// unknown model.
    /// </summary>
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
    /// Returns the price of a request: the price of the first tier whose limit the input tokens do not exceed (wire §8.2). If prices depend on the time
    /// of day, returns the highest price, because the hours are unknown.
    /// </summary>
    /// <returns>Null if the catalog has no price for this region.</returns>
    public static QwenModelPrice? PriceFor(QwenModel model, QwenRegion region, long inputTokens)
    {
        QwenModelPrice? highest = null;
        foreach (var price in model.Prices)
        {
            if (price.RegionKind != region || inputTokens > (price.UpToInputTokens ?? long.MaxValue))
                continue;
            if (price.TimeBand is null)
                return price;
            // The tiers of a time band are in increasing order, so only the first tier that fits applies.
            if (highest?.Input is null || (price.Input > highest.Input && FirstOfBand(model, price, inputTokens) == price))
                highest = price;
        }
        return highest;
    }

    private static QwenModelPrice FirstOfBand(QwenModel model, QwenModelPrice of, long inputTokens) => model.Prices.First(price =>
        price.RegionKind == of.RegionKind && price.TimeBand == of.TimeBand && inputTokens <= (price.UpToInputTokens ?? long.MaxValue));

    /// <summary>Returns the built-in catalog merged with files: first the service's list, then the user's own file.</summary>
    /// <param name="path">The user's own file; null for no file.</param>
    /// <param name="servicePath">The file with the service's list, which may not exist; null for no file.</param>
    /// <returns>The models, and the reason for ignoring the service's list; the reason is null if the list was used or does not exist.</returns>
    internal static (ModelList Models, string? Fault) Load(string? path, string? servicePath)
    {
        var (service, fault) = ServiceCatalogueFile.ReadOrIgnore(servicePath, BuiltInFile.Value);
        return (Merge(service, path), fault);
    }

    /// <summary>Returns the catalog with the service's list from a new file that has not been saved yet.</summary>
    /// <param name="service">The bytes of the new file.</param>
    internal static ModelList With(byte[] service) => Merge(ModelFile.Read(ServiceCatalogueFile.Name, service), UserPath);

    /// <summary>Returns only the models in the file with the service's list; null if there is no file.</summary>
    /// <exception cref="QwenException">The file is damaged.</exception>
    internal static ModelList? ReadListed() => ServiceCatalogueFile.Read(ServicePath) is { } file ? ModelList.Merge(file) : null;

    /// <summary>Discards the cached state of the file with the service's list, so that a newly written file is read.</summary>
    internal static void Refresh() => _place = null;

    private static ModelList Merge(ModelFile? service, string? path) =>
        ModelList.Merge([.. new[] { BuiltInFile.Value, service, path is null ? null : ReadFile(path) }.OfType<ModelFile>()]);

    private static ServicePlace Place()
    {
        var place = _place;
        string? variable = Environment.GetEnvironmentVariable(UserFolder.Variable);
        if (place is null || place.Variable != variable || Environment.TickCount64 - place.At > FreshMilliseconds)
        {
            string? path = ServicePath;
            _place = place = new ServicePlace(variable, path, path is null ? default : File.GetLastWriteTimeUtc(path), Environment.TickCount64);
        }
        return place;
    }

    private static ModelFile ReadFile(string path)
    {
        try
        {
            return ModelFile.Read(path, File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The environment variable {FileVariable} names a model catalog that cannot be read: {e.Message} " +
                "Correct the path, or remove the variable.", e);
        }
    }

    private static ModelFile ReadBuiltIn()
    {
        using var stream = typeof(ModelCatalogue).Assembly.GetManifestResourceStream("models.json")!;
        byte[] utf8 = new byte[stream.Length];
        stream.ReadExactly(utf8);
        return ModelFile.Read("models.json", utf8);
    }

    private sealed record Loaded(string? Path, DateTime Written, string? ServicePath, DateTime ServiceWritten, ModelList Models, string? Fault);

    private sealed record ServicePlace(string? Variable, string? Path, DateTime Written, long At);
}
