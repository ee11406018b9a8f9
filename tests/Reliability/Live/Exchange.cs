using System.Globalization;
using System.Text;

namespace QwenChat.Tests.Reliability.Live;

/// <summary>
/// One request and its answer, without the key, saved as two files. A file contains one line (method and path, or status and time), the headers, an
/// empty line and the body.
/// </summary>
public sealed record Exchange
{
    /// <summary>The conversation that the exchange belongs to.</summary>
    public required string Scenario { get; init; }

    public required string Method { get; init; }

    /// <summary>The path and the query.</summary>
    public required string Path { get; init; }

    public required IReadOnlyList<(string Name, string Value)> RequestHeaders { get; init; }

    public required byte[] RequestBody { get; init; }

    public required int Status { get; init; }

    public required IReadOnlyList<(string Name, string Value)> Headers { get; init; }

    public required byte[] Body { get; init; }

    /// <summary>The time at which the answer began, in UTC.</summary>
    public required DateTimeOffset At { get; init; }

    public string Text => Encoding.UTF8.GetString(Body);

    public bool IsStream => Header("content-type")?.Contains("event-stream", StringComparison.OrdinalIgnoreCase) == true;

    public string? Header(string name) => Headers.FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>Writes the exchange into a folder.</summary>
    /// <param name="folder">The folder to write to.</param>
    /// <param name="number">The number of the exchange in the run.</param>
    public void Save(string folder, int number)
    {
        string name = System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{number:000}-{Scenario}"));
        Write(name + ".request.txt", $"{Method} {Path}", RequestHeaders, RequestBody);
        Write(name + ".response.txt", string.Create(CultureInfo.InvariantCulture, $"{Status} {At:O}"), Headers, Body);
    }

    /// <summary>Reads all exchanges of a folder, in order.</summary>
    public static IReadOnlyList<Exchange> Load(string folder) =>
        Directory.GetFiles(folder, "*.request.txt").Order(StringComparer.Ordinal).Select(LoadOne).ToArray();

    private static Exchange LoadOne(string path)
    {
        var (first, headers, body) = Read(path);
        var (answer, answerHeaders, answerBody) = Read(path.Replace(".request.txt", ".response.txt", StringComparison.Ordinal));
        return new Exchange
        {
            Scenario = System.IO.Path.GetFileName(path)[4..^".request.txt".Length],
            Method = first[..first.IndexOf(' ', StringComparison.Ordinal)],
            Path = first[(first.IndexOf(' ', StringComparison.Ordinal) + 1)..],
            RequestHeaders = headers,
            RequestBody = body,
            Status = int.Parse(answer.Split(' ')[0], CultureInfo.InvariantCulture),
            At = DateTimeOffset.Parse(answer.Split(' ')[1], CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
            Headers = answerHeaders,
            Body = answerBody,
        };
    }

    private static void Write(string path, string first, IReadOnlyList<(string Name, string Value)> headers, byte[] body)
    {
        string head = first + "\n" + string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\n")) + "\n";
        File.WriteAllBytes(path, [.. Encoding.UTF8.GetBytes(head), .. body]);
    }

    private static (string First, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body) Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int end = file.AsSpan().IndexOf("\n\n"u8);
        string[] head = Encoding.UTF8.GetString(file, 0, end).Split('\n');
        return (head[0], head.Skip(1).Select(line =>
            (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..])).ToArray(), file[(end + 2)..]);
    }
}
