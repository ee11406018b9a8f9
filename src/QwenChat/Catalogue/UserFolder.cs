namespace QwenChat.Catalogue;

/// <summary>The folder of the files that QwenChat keeps for the user by itself.</summary>
internal static class UserFolder
{
    /// <summary>The environment variable that names another folder.</summary>
    public const string Variable = "QWENCHAT_HOME";

    /// <summary>
    /// The folder: the variable's, else <c>QwenChat</c> in the place that the system has for such files (<c>$XDG_DATA_HOME</c> or
    /// <c>~/.local/share</c>, <c>%LOCALAPPDATA%</c>). Null where there is no such place, as for a user without a home.
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
