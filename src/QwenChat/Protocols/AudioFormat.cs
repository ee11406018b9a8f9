namespace QwenChat.Protocols;

/// <summary>Determines the <c>format</c> that an audio part must contain besides its URL (wire §6.3).</summary>
internal static class AudioFormat
{
    /// <summary>Returns the format, from the media type in a data URL or the file extension in any other URL; null if the URL contains neither.</summary>
    public static string? Of(string address)
    {
        if (address.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            int end = address.IndexOfAny([';', ',']);
            string type = end < 0 ? "" : address[5..end];
            return type.ToLowerInvariant() switch
            {
                "" => null,
                "audio/mpeg" => "mp3",
                "audio/x-wav" or "audio/wave" or "audio/vnd.wave" => "wav",
                "audio/mp4" or "audio/x-m4a" => "m4a",
                var other => other.StartsWith("audio/", StringComparison.Ordinal) ? other["audio/".Length..] : null,
            };
        }
        int path = address.IndexOfAny(['?', '#']);
        string extension = Path.GetExtension(path < 0 ? address : address[..path]);
        return extension.Length is > 1 and < 6 ? extension[1..].ToLowerInvariant() : null;
    }
}
