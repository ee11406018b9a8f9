using Xunit;

namespace QwenChat.Tests.Export;

/// <summary>A fact that requires a headless browser, and is skipped if no browser is found.</summary>
internal sealed class BrowserFactAttribute : FactAttribute
{
    /// <summary>The environment variable with the path of the browser to use instead of a detected browser.</summary>
    public const string Variable = "QWENCHAT_TEST_BROWSER";

    private static readonly string[] s_names =
        ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome.exe", "msedge.exe"];

    public BrowserFactAttribute()
    {
        if (Browser is null)
            Skip = $"No Chromium, Chrome or Edge was found. Install one, or set {Variable} to its path.";
    }

    /// <summary>The browser's path; null if no browser is found.</summary>
    public static string? Browser { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given
        ? given
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => s_names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
}
