namespace QwenChat.Catalogue;

/// <summary>Models by name, read from catalog files. Immutable.</summary>
internal sealed class ModelList
{
    private readonly Dictionary<string, QwenModel> _models = new(StringComparer.OrdinalIgnoreCase);

    private ModelList()
    {
    }

    /// <summary>The models, in the order of their first occurrence in the files.</summary>
    public IReadOnlyCollection<QwenModel> All => _models.Values;

    /// <summary>
    /// Returns the model with this name, ignoring case; null if the name is not listed. An unlisted snapshot of a listed model is not found.
    /// </summary>
    public QwenModel? Find(string id) => _models.GetValueOrDefault(id);

    /// <summary>
    /// Merges files, the base first. A later entry for a model replaces only the members that it contains. A model that is "like" another model inherits
    /// that model's entries from all files.
    /// </summary>
    /// <exception cref="QwenException">An entry is invalid; the error message contains the position.</exception>
    public static ModelList Merge(params ModelFile[] files)
    {
        var list = new ModelList();
        foreach (string id in files.SelectMany(file => file.Entries).Select(entry => entry.Id))
            list.Resolve(id, files, new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        return list;
    }

    private QwenModel? Resolve(string id, ModelFile[] files, HashSet<string> under)
    {
        if (_models.TryGetValue(id, out var known))
            return known;
        var entries = files.Select(file => file.Find(id)).OfType<ModelEntry>().ToArray();
        if (entries.Length == 0)
            return null;
        QwenModel? model = null;
        if (entries.LastOrDefault(entry => entry.Like is not null) is { Like: string like } entryWithLike)
        {
            under.Add(id);
            model = under.Contains(like) ? null : Resolve(like, files, under);
            if (model is null)
            {
                string fault = under.Contains(like) ? $"in turn inherits from '{id}'" : "is not in the catalog";
                throw entryWithLike.File.Broken(entryWithLike.Start, $"The 'like' of model '{id}' is '{like}', which {fault}.", null);
            }
        }
        model = entries.Aggregate(model ?? new QwenModel { Id = id }, ModelEntryReader.Apply) with { Id = entries[0].Id };
        _models.Add(model.Id, model);
        return model;
    }
}
