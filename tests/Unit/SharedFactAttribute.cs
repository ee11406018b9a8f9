using Xunit;

namespace QwenChat.Tests;

/// <summary>
/// A fact that requires files next to the repository, such as recorded traffic or notes on the API, and is skipped
/// if they do not exist.
/// </summary>
internal sealed class SharedFactAttribute : FactAttribute
{
    /// <param name="path">The path of the required file or folder, relative to the shared folder.</param>
    public SharedFactAttribute(string path = "recordings") => Skip = Reason(path);

    /// <summary>Returns the reason to skip a test that requires a path; null if the path exists.</summary>
    public static string? Reason(string path) => Path.Exists(Path.Combine(TestFiles.Shared, path)) ? null : $"../shared/{path} does not exist.";
}

/// <summary>A theory that requires files next to the repository, and is skipped if they do not exist.</summary>
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    /// <param name="path">The path of the required file or folder, relative to the shared folder.</param>
    public SharedTheoryAttribute(string path = "recordings") => Skip = SharedFactAttribute.Reason(path);
}
