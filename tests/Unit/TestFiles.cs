namespace QwenChat.Tests;

/// <summary>The paths of test files: samples in the repository, and recorded traffic next to it.</summary>
internal static class TestFiles
{
    public static string Root { get; } = FindRoot();

    /// <summary>The path of the optional folder next to the repository that contains recorded traffic and notes on the API.</summary>
    public static string Shared { get; } = Path.GetFullPath(Path.Combine(Root, "..", "shared"));

    public static string Recordings { get; } = Path.Combine(Shared, "recordings");

    public static byte[] Sample(string name) => File.ReadAllBytes(Path.Combine(Root, "tests", "Unit", "Protocols", "Samples", name));

    public static byte[] Recording(params string[] path) => File.ReadAllBytes(Path.Combine([Recordings, .. path]));

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "QwenChat.psd1")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests run outside the repository.");
    }
}
