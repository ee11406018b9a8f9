using System.Globalization;

namespace QwenChat.Batch;

/// <summary>The names of a batch's files.</summary>
internal static class BatchFiles
{
    /// <summary>What has happened, a line each.</summary>
    public const string Journal = "journal.jsonl";

    /// <summary>Held open by the process that works on the batch.</summary>
    public const string Lock = "lock";

    /// <summary>The requests, as they are uploaded.</summary>
    public static string Requests(string folder, int part) => Name(folder, "requests", part);

    /// <summary>Which conversation and message each request is of.</summary>
    public static string Entries(string folder, int part) => Name(folder, "entries", part);

    /// <summary>The results.</summary>
    public static string Output(string folder, int part) => Name(folder, "output", part);

    /// <summary>The errors.</summary>
    public static string Errors(string folder, int part) => Name(folder, "errors", part);

    private static string Name(string folder, string kind, int part) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{kind}-{part:000}.jsonl"));
}
