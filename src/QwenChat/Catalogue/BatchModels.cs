namespace QwenChat.Catalogue;

/// <summary>
/// The models that the Batch API accepts, by region (wire §18, wire §11.2). If the catalog lists the features of a model, the feature <c>batch</c>
/// decides instead.
/// </summary>
internal static class BatchModels
{
    /// <summary>The free model that answers without inference, for tests.</summary>
    public const string Test = "batch-test-model";

    private static readonly HashSet<string> s_singapore = new(StringComparer.OrdinalIgnoreCase) { "qwen3.7-plus", "qwen-max", "qwen-plus", "qwen-turbo" };

    private static readonly HashSet<string> s_beijing = new(StringComparer.OrdinalIgnoreCase)
    {
        "qwen3.8-max", "qwen3.7-max", "qwen3-max", "qwen-max", "qwen3.7-plus", "qwen3.6-plus", "qwen3.5-plus", "qwen-plus", "qwen-plus-latest",
        "qwen3.8-flash", "qwen3.7-flash", "qwen3.6-flash", "qwen3.5-flash", "qwen-flash", "qwen-turbo", "qwen-long", "qwq-plus",
        "deepseek-r1", "deepseek-v3", "deepseek-v3.2", "qwen3.5-omni-plus",
    };

    /// <summary>
    /// Returns whether a region accepts a model in batches; true for an unknown model. If the region is unknown, returns whether any region accepts the
    /// model.
    /// </summary>
    public static bool MayTake(string model, QwenRegion? region)
    {
        if (ModelCatalogue.Find(model) is not { } facts)
            return true;
        if (facts.Features.Count > 0)
            return facts.Features.Contains("batch");
        return region switch
        {
            QwenRegion.Singapore => Has(s_singapore, facts),
            null or QwenRegion.Beijing => Has(s_beijing, facts) || IsOfFamily(facts),
            _ => true,
        };
    }

    /// <summary>Returns the names of the models accepted in a region, for messages.</summary>
    public static string Names(QwenRegion? region) => region == QwenRegion.Singapore ? string.Join(", ", s_singapore)
        : string.Join(", ", s_beijing.Where(name => name.StartsWith("qwen", StringComparison.Ordinal)).Take(12)) + " and others";

    // A snapshot is treated as its main model; the lists contain no snapshots.
    private static bool Has(HashSet<string> names, QwenModel model) => names.Contains(model.Id) || (model.Like is { } like && names.Contains(like));

    private static bool IsOfFamily(QwenModel model) => model.OutputModalities.Contains("embedding")
        || (model.Id.StartsWith("qwen", StringComparison.OrdinalIgnoreCase) && model.Id.Contains("-vl-", StringComparison.OrdinalIgnoreCase));
}
