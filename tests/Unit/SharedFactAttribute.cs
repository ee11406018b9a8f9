using Xunit;

namespace QwenChat.Tests;

/// <summary>
/// A fact that needs files next to the project: recorded traffic, notes on the API. It is reported as skipped if they
/// are absent.
/// </summary>
internal sealed class SharedFactAttribute : FactAttribute
{
    /// <param name="path">The file's or the folder's path them.</param>
    public SharedFactAttribute(string path = "recordings") => Skip = Reason(path);

    /// <summary>Why a test that needs it is skipped; null where it is them.</summary>
    public static string? Reason(string path) => Path.Exists(Path.Combine(TestFiles.Shared, path)) ? null : $"../shared/{path} is not there.";
}

/// <summary>The same with data.</summary>
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    /// <param name="path">The file's or the folder's path them.</param>
    public SharedTheoryAttribute(string path = "recordings") => Skip = SharedFactAttribute.Reason(path);
}
