using Xunit;

namespace QwenChat.Tests;

/// <summary>
/// A fact that needs what stands beside the project, not in it: recorded traffic, notes on the API. Skipped, and seen to be, where that
/// is absent.
/// </summary>
internal sealed class SharedFactAttribute : FactAttribute
{
    /// <param name="path">The file's or the folder's path there.</param>
    public SharedFactAttribute(string path = "recordings") => Skip = Reason(path);

    /// <summary>Why a test that needs it is skipped; null where it is there.</summary>
    public static string? Reason(string path) => Path.Exists(Path.Combine(TestFiles.Shared, path)) ? null : $"../shared/{path} is not there.";
}

/// <summary>The same with data.</summary>
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    /// <param name="path">The file's or the folder's path there.</param>
    public SharedTheoryAttribute(string path = "recordings") => Skip = SharedFactAttribute.Reason(path);
}
