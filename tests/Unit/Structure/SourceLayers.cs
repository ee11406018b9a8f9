namespace QwenChat.Tests.Structure;

/// <summary>The layers of the source: each folder and the folders whose types it may use.</summary>
internal static class SourceLayers
{
    private static readonly string[] Core = ["Text", "Model", "Streaming", "Catalogue", "Connection", "Cost", "Vectors", "Store", "Tools"];
    private static readonly string[] Turns = ["Turn", "History", "Policy", "Recall", "Saving"];

    /// <summary>For each folder, the other folders whose types it may use. These are the arrows in docs/architecture.md.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Arrows = new Dictionary<string, string[]>
    {
        ["Protocols"] = Core,
        ["Http"] = ["Protocols", .. Core],
        ["Media"] = ["Http", "Protocols", .. Core],
        ["Emulator"] = ["Protocols", .. Core],
        ["Export"] = ["Protocols", .. Core],
        ["Bulk"] = [],
        ["Batch"] = [.. Turns, "Media", "Http", "Export", "Protocols", .. Core],
        ["Commands"] = [.. Turns, "Batch", "Bulk", "Media", "Http", "Emulator", "Export", "Protocols", .. Core],
    }
    .Concat(Core.Select(folder => KeyValuePair.Create(folder, Core)))
    .Concat(Turns.Select(folder => KeyValuePair.Create<string, string[]>(folder, [.. Turns, "Http", "Protocols", .. Core])))
    .ToDictionary();

    /// <summary>Returns one line for each file without a layer and for each forbidden use; empty if there are none.</summary>
    public static IReadOnlyList<string> Violations(SourceCode source, IEnumerable<string> paths) =>
    [
        .. paths.Where(path => !Arrows.ContainsKey(Folder(path))).Select(path => $"{path} is in no layer."),
        .. source.Uses.Where(use => Arrows.ContainsKey(Folder(use.User)) && !Sees(Folder(use.User), Folder(use.Declared)))
            .Select(use => $"{use.User} uses {use.Type} of {use.Declared}, which {Folder(use.User)} must not use.").Distinct().Order(StringComparer.Ordinal),
        .. source.FilesNaming("System.Management.Automation").Where(path => Folder(path) != "Commands")
            .Select(path => $"{path} mentions System.Management.Automation; only Commands may."),
    ];

    private static string Folder(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..path.IndexOf('/', StringComparison.Ordinal)] : "";

    private static bool Sees(string from, string to) => from == to || Arrows[from].Contains(to);
}
