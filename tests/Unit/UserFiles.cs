using System.Runtime.CompilerServices;

namespace QwenChat.Tests;

/// <summary>Prevents the tests from using the user's files.</summary>
internal static class UserFiles
{
    [ModuleInitializer]
    internal static void Hide() =>
        Environment.SetEnvironmentVariable("QWENCHAT_HOME", Path.Combine(Path.GetTempPath(), $"qwenchat-tests-{Guid.NewGuid()}"));
}
