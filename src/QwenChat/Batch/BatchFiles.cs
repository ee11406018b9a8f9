using System.Globalization;

namespace QwenChat.Batch;

/// <summary>The files in a batch's folder.</summary>
internal static class BatchFiles
{
    /// <summary>The journal of the batch, one event per line.</summary>
    public const string Journal = "journal.jsonl";

    /// <summary>The lock file, kept open by the process that works on the batch.</summary>
    public const string Lock = "lock";

    /// <summary>Returns the path of the request file, which is uploaded without changes.</summary>
    public static string Requests(string folder, int part) => Name(folder, "requests", part);

    /// <summary>Returns the path of the file with the conversation and message of each request.</summary>
    public static string Entries(string folder, int part) => Name(folder, "entries", part);

    public static string Output(string folder, int part) => Name(folder, "output", part);

    public static string Errors(string folder, int part) => Name(folder, "errors", part);

    private static string Name(string folder, string kind, int part) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{kind}-{part:000}.jsonl"));
}
