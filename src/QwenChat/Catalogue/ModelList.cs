namespace QwenChat.Catalogue;

/// <summary>Models by name, read from catalogue files. Immutable.</summary>
internal sealed class ModelList
{
    private readonly Dictionary<string, QwenModel> _models = new(StringComparer.OrdinalIgnoreCase);

    private ModelList()
    {
    }

    /// <summary>The models, in the order of their first appearance in the files.</summary>
    public IReadOnlyCollection<QwenModel> All => _models.Values;

    /// <summary>The model of this very name, in any case; null when there is none. A dated snapshot is not taken for its main model.</summary>
    public QwenModel? Find(string id) => _models.GetValueOrDefault(id);

    /// <summary>
    /// Lays files over one another, first the lowest. A model may be described in several: each replaces the members it names. What is
    /// "like" another model follows that model's whole description, later files included.
    /// </summary>
    /// <exception cref="QwenException">A description is wrong; the message says where.</exception>
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
                string fault = under.Contains(like) ? "follows itself" : "is not in the catalogue";
                throw entryWithLike.File.Broken(entryWithLike.Start, $"Model '{id}' is like '{like}', which {fault}.", null);
            }
        }
        model = entries.Aggregate(model ?? new QwenModel { Id = id }, ModelEntryReader.Apply) with { Id = entries[0].Id };
        _models.Add(model.Id, model);
        return model;
    }
}
