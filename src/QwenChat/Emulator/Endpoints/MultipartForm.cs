using System.Text;
using System.Text.RegularExpressions;
using QwenChat.Emulator.Http;

namespace QwenChat.Emulator.Endpoints;

internal sealed record FormPart(string Name, ReadOnlyMemory<byte> Content)
{
    public string Text => Encoding.UTF8.GetString(Content.Span);

    /// <summary>The file name; null if the field is not a file.</summary>
    public string? FileName { get; init; }
}

/// <summary>Reads uploads in <c>multipart/form-data</c> format.</summary>
internal static partial class MultipartForm
{
    /// <exception cref="ApiRefusal">The body is not a valid form.</exception>
    public static List<FormPart> Read(HttpRequest request)
    {
        if (BoundaryParameter().Match(request.Header("content-type") ?? "") is not { Success: true } match)
            throw NoForm();
        byte[] delimiter = Encoding.Latin1.GetBytes("\r\n--" + match.Groups["boundary"].Value);
        // Unlike the other delimiters, the first delimiter is not preceded by a line break.
        ReadOnlyMemory<byte> body = request.Body;
        if (!body.Span.StartsWith(delimiter.AsSpan(2)))
            throw NoForm();
        body = body[(delimiter.Length - 2)..];
        var parts = new List<FormPart>();
        while (body.Span.StartsWith("\r\n"u8))
        {
            int head = body.Span.IndexOf("\r\n\r\n"u8);
            int end = body.Span[2..].IndexOf(delimiter) + 2;
            if (head < 0 || end < head + 4)
                throw NoForm();
            string headers = Encoding.UTF8.GetString(body.Span[..head]);
            parts.Add(new FormPart(NameParameter().Match(headers).Groups["name"].Value, body[(head + 4)..end])
            {
                FileName = FileNameParameter().Match(headers) is { Success: true } named ? named.Groups["name"].Value : null,
            });
            body = body[(end + delimiter.Length)..];
        }
        return parts.Count > 0 ? parts : throw NoForm();
    }

    private static ApiRefusal NoForm() => ApiRefusal.Parameter("Required body invalid, please check the request body format.");

    [GeneratedRegex("boundary=\"?(?<boundary>[^\";]+)", RegexOptions.IgnoreCase)]
    private static partial Regex BoundaryParameter();

    [GeneratedRegex("\\bname=\"?(?<name>[^\";\r\n]+)")]
    private static partial Regex NameParameter();

    [GeneratedRegex("\\bfilename=(\"(?<name>[^\"\r\n]*)\"|(?<name>[^\";\r\n]+))")]
    private static partial Regex FileNameParameter();
}
