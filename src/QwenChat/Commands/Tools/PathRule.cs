using System.Collections;
using System.Management.Automation;

namespace QwenChat.Commands.Tools;

/// <summary>
/// Tests whether a command that reads data stays inside the current location of the file system. Other providers (<c>Env:</c>, <c>Variable:</c>) and files in
/// other locations may contain secrets.
/// </summary>
internal sealed class PathRule(PathIntrinsics path)
{
    private const int MostLinks = 40;

    /// <summary>
    /// Returns whether all paths in the arguments are inside the current location. Without paths, returns whether the current location is in the file system.
    /// </summary>
    /// <param name="tool">The tool. Its fixed values were chosen by the user and are not tested.</param>
    /// <param name="arguments">The arguments of the model.</param>
    public bool IsInside(CommandTool tool, IDictionary arguments)
    {
        if (path.CurrentLocation.Provider.Name != "FileSystem")
            return false;
        string root = Follow(path.CurrentFileSystemLocation.ProviderPath);
        foreach (DictionaryEntry argument in arguments)
        {
            if (!tool.Parameters.TryGetValue((string)argument.Key, out var parameter) || !IsPath(parameter))
                continue;
            var values = argument.Value is IEnumerable list and not string ? list.Cast<object?>() : [argument.Value];
            if (!values.All(value => IsInside(value, root)))
                return false;
        }
        return true;
    }

    private static bool IsPath(CommandParameterInfo parameter)
    {
        var type = parameter.ParameterType.IsArray ? parameter.ParameterType.GetElementType()! : parameter.ParameterType;
        return typeof(FileSystemInfo).IsAssignableFrom(type) || parameter.Aliases.Append(parameter.Name).Any(name =>
            name.EndsWith("Path", StringComparison.OrdinalIgnoreCase) || name.EndsWith("File", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith("FileName", StringComparison.OrdinalIgnoreCase) || name.Equals("FullName", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith("Directory", StringComparison.OrdinalIgnoreCase) || name.EndsWith("Folder", StringComparison.OrdinalIgnoreCase));
    }

    private bool IsInside(object? value, string root)
    {
        string text = value switch { FileSystemInfo file => file.FullName, null => "", _ => value.ToString() ?? "" };
        if (text.Length == 0)
            return true;
        try
        {
            string full = path.GetUnresolvedProviderPathFromPSPath(text, out var provider, out _);
            if (provider.Name != "FileSystem")
                return false;
            string real = Follow(full);
            string relative = Path.GetRelativePath(root, real);
            return relative != ".." && !relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal) && !Path.IsPathRooted(relative);
        }
        catch (Exception e) when (e is RuntimeException or ArgumentException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // A path that cannot be resolved is treated as outside the location.
            return false;
        }
    }

    /// <summary>Resolves the links in the part of the path that exists.</summary>
    private static string Follow(string full)
    {
        string at = Path.GetPathRoot(full) ?? "";
        int links = 0;
        var rest = new Stack<string>(Parts(full).Reverse());
        while (rest.TryPop(out string? part))
        {
            string next = Path.GetFullPath(Path.Combine(at, part));
            if (new DirectoryInfo(next).LinkTarget is { } target)
            {
                if (++links > MostLinks)
                    throw new IOException($"Too many links: {full}");
                string absolute = Path.GetFullPath(target, at);
                at = Path.GetPathRoot(absolute) ?? at;
                foreach (string inner in Parts(absolute).Reverse())
                    rest.Push(inner);
                continue;
            }
            at = next;
        }
        return at;
    }

    private static string[] Parts(string full) => full[(Path.GetPathRoot(full)?.Length ?? 0)..]
        .Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
}
