using Xunit;

namespace QwenChat.Tests;

/// <summary>A fact that requires recorded traffic or API notes next to the repository. The fact is skipped if the files do not exist.</summary>
internal sealed class SharedFactAttribute : FactAttribute
{
    /// <param name="path">The path of the required file or folder, relative to the shared folder.</param>
    public SharedFactAttribute(string path = "recordings") => Skip = Reason(path);

    /// <summary>Returns the reason to skip a test that requires a path; null if the path exists.</summary>
    public static string? Reason(string path) => Path.Exists(Path.Combine(TestFiles.Shared, path)) ? null : $"../shared/{path} does not exist.";
}

/// <summary>A theory that requires files next to the repository, like <see cref="SharedFactAttribute"/>.</summary>
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    /// <param name="path">The path of the required file or folder, relative to the shared folder.</param>
    public SharedTheoryAttribute(string path = "recordings") => Skip = SharedFactAttribute.Reason(path);
}
