using System.Collections;
using System.Management.Automation;
using QwenChat.Media;

namespace QwenChat.Commands.Input;

/// <summary>
/// Reads the values of <c>-Image</c>, <c>-Video</c>, <c>-Audio</c> and <c>-File</c>: paths (on any file system drive, with or without wildcards), files,
/// addresses, data URLs and bytes.
/// </summary>
internal sealed class MediaInput(PathIntrinsics paths)
{
    /// <exception cref="QwenException">A media item cannot be sent.</exception>
    public List<MediaSource> Read(object value)
    {
        var sources = new List<MediaSource>();
        Read(value, sources);
        return sources;
    }

    private void Read(object? value, List<MediaSource> sources)
    {
        switch (value is PSObject wrapped ? wrapped.BaseObject : value)
        {
            case byte[] bytes:
                sources.Add(MediaSource.OfBytes(bytes));
                break;
            case string text:
                ReadText(text, sources);
                break;
            case Uri address:
                ReadText(address.OriginalString, sources);
                break;
            case FileSystemInfo file:
                sources.Add(MediaSource.OfFile(file.FullName));
                break;
            case PathInfo path:
                ReadText(path.ProviderPath, sources);
                break;
            case IList { Count: > 0 } bytes when bytes.Cast<object>().All(IsByte): // Get-Content -AsByteStream without -Raw
                sources.Add(MediaSource.OfBytes(bytes.Cast<object>().Select(LanguagePrimitives.ConvertTo<byte>).ToArray()));
                break;
            case IEnumerable many:
                foreach (object? one in many)
                    Read(one, sources);
                break;
            case null:
                throw Refuse("One of the specified files is $null. Is the variable set? Specify a path, a file, an http or https address, or a byte array.");
            case var other:
                throw Refuse(
                    $"An object of type {other.GetType().Name} is neither a file nor an address. Specify a path, a file, an http or https address, "
                        + "or a byte array.");
        }
    }

    private static bool IsByte(object value) => (value is PSObject wrapped ? wrapped.BaseObject : value) is byte;

    private void ReadText(string text, List<MediaSource> sources)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw Refuse("One of the specified paths is empty. Is the variable set? Specify a path, a file, an http or https address, or a byte array.");
        if (text.Contains('\0', StringComparison.Ordinal))
            throw Refuse("A path contains a NUL character, which a file name cannot contain.");
        if (MediaSource.OfAddress(text) is { } address)
        {
            sources.Add(address);
            return;
        }
        try
        {
            string literal = paths.GetUnresolvedProviderPathFromPSPath(text, out var provider, out _);
            if (provider.Name != "FileSystem")
                throw Refuse($"'{text}' is a path of the provider {provider.Name}, which does not support files.");
            // An existing file with exactly this name takes precedence, even if the name contains brackets.
            if (File.Exists(literal) || Directory.Exists(literal)
                || !WildcardPattern.ContainsWildcardCharacters(text) && !text.Contains('`', StringComparison.Ordinal))
                sources.Add(MediaSource.OfFile(literal));
            else
                ReadMatches(text, sources);
        }
        catch (Exception notFound) when (notFound is SessionStateException or ProviderInvocationException)
        {
            throw Refuse(notFound.Message, notFound);
        }
    }

    private void ReadMatches(string pattern, List<MediaSource> sources)
    {
        var files = paths.GetResolvedProviderPathFromPSPath(pattern, out _).Where(File.Exists).ToArray();
        if (files.Length == 0)
            throw Refuse($"No file matches '{pattern}'.");
        sources.AddRange(files.Select(MediaSource.OfFile));
    }

    private static QwenException Refuse(string message, Exception? cause = null) => new(QwenErrorKind.MediaRefused, message, cause);
}
