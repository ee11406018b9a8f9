namespace QwenChat.Catalogue;

/// <summary>The folder of the files that QwenChat stores for the user.</summary>
internal static class UserFolder
{
    /// <summary>The environment variable that specifies a different folder.</summary>
    public const string Variable = "QWENCHAT_HOME";

    /// <summary>
    /// The folder that the variable specifies, or <c>QwenChat</c> in the system's folder for application data (<c>$XDG_DATA_HOME</c> or
    /// <c>~/.local/share</c>, <c>%LOCALAPPDATA%</c>). Null if the system provides no folder.
    /// </summary>
    public static string? Path
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Variable) is { } named && !string.IsNullOrWhiteSpace(named))
                return System.IO.Path.GetFullPath(named.Trim());
            string place = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return place.Length == 0 ? null : System.IO.Path.Combine(place, "QwenChat");
        }
    }
}
