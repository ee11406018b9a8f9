using Xunit;

namespace QwenChat.Tests.Protocols;

/// <summary>Where the tests' files are: samples in the repository, recorded traffic beside it.</summary>
internal static class TestFiles
{
    public static string Root { get; } = FindRoot();

    public static string Recordings { get; } = Path.GetFullPath(Path.Combine(Root, "..", "shared", "recordings"));

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

/// <summary>A test that replays recorded traffic; skipped where there is none.</summary>
internal sealed class RecordedFactAttribute : FactAttribute
{
    public RecordedFactAttribute() => Skip = RecordedTheoryAttribute.Reason;
}

/// <summary>As <see cref="RecordedFactAttribute"/>, with data.</summary>
internal sealed class RecordedTheoryAttribute : TheoryAttribute
{
    public RecordedTheoryAttribute() => Skip = Reason;

    public static string? Reason => Directory.Exists(TestFiles.Recordings) ? null : $"There is no recorded traffic at {TestFiles.Recordings}.";
}
