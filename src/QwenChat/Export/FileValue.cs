using System.Globalization;
using System.Text;
using System.Text.Json;
using QwenChat.Protocols.Json;

namespace QwenChat.Export;

/// <summary>
/// A value of a file that somebody may have changed. What is not of the type it should be is refused, with its place in the file;
/// what is not known is not looked at.
/// </summary>
internal sealed class FileValue
{
    private readonly FileSource _source;
    private readonly FileValue? _parent;
    private readonly string _name;

    private FileValue(JsonElement json, FileSource source, FileValue? parent, string name)
    {
        Json = json;
        _source = source;
        _parent = parent;
        _name = name;
    }

    /// <param name="json">The whole value.</param>
    /// <param name="source">The file it is from.</param>
    public FileValue(JsonElement json, FileSource source)
        : this(json, source, null, "")
    {
    }

    public JsonElement Json { get; }

    /// <summary>A member of an object; null when it is not there, or is null.</summary>
    public FileValue? Member(string name)
    {
        if (Json.ValueKind != JsonValueKind.Object)
            throw WrongType("an object");
        return Json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? new FileValue(value, _source, this, name) : null;
    }

    /// <summary>A member that has to be there.</summary>
    public FileValue Required(string name) => Member(name) ?? throw Refuse($"has no {name}");

    public IEnumerable<FileValue> Elements()
    {
        if (Json.ValueKind != JsonValueKind.Array)
            throw WrongType("an array");
        int index = 0;
        foreach (var element in Json.EnumerateArray())
            yield return new FileValue(element, _source, this, string.Create(CultureInfo.InvariantCulture, $"[{index++}]"));
    }

    public IEnumerable<(string Name, FileValue Value)> Members()
    {
        if (Json.ValueKind != JsonValueKind.Object)
            throw WrongType("an object");
        foreach (var member in Json.EnumerateObject())
            yield return (member.Name, new FileValue(member.Value, _source, this, member.Name));
    }

    public string Text() => Json.ValueKind == JsonValueKind.String ? Json.GetString()! : throw WrongType("a text");

    public bool Flag() => Json.ValueKind is JsonValueKind.True or JsonValueKind.False ? Json.GetBoolean() : throw WrongType("true or false");

    public long Int64(long least) =>
        Json.ValueKind == JsonValueKind.Number && Json.TryGetInt64(out long number) && number >= least
        ? number : throw WrongType($"a whole number from {least}");

    public int Int32(int least) =>
        Json.ValueKind == JsonValueKind.Number && Json.TryGetInt32(out int number) && number >= least
        ? number : throw WrongType($"a whole number from {least}");

    public double Number() =>
        Json.ValueKind == JsonValueKind.Number && Json.TryGetDouble(out double number) && double.IsFinite(number) ? number : throw WrongType("a number");

    /// <summary>An amount of money, from 0.</summary>
    public decimal Amount() =>
        Json.ValueKind == JsonValueKind.Number && Json.TryGetDecimal(out decimal amount) && amount >= 0 ? amount : throw WrongType("an amount from 0");

    public DateTimeOffset Time() =>
        Json.ValueKind == JsonValueKind.String && Json.TryGetDateTimeOffset(out var time) ? time : throw WrongType("a time such as 2026-11-22T09:30:00+00:00");

    /// <summary>One of an enumeration's names, spelled as it is.</summary>
    public T Word<T>()
        where T : struct, Enum => Enum.Parse<T>(OneOf(Enum.GetNames<T>()));

    /// <summary>One of some words, spelled as it is.</summary>
    public string OneOf(string[] words) => Json.ValueKind == JsonValueKind.String && words.Contains(Json.GetString(), StringComparer.Ordinal)
        ? Json.GetString()!
        : throw WrongType($"one of {string.Join(", ", words)}");

    /// <summary>
    /// The bytes of an object that becomes an item: as deep as every reader of items goes, and on one line. What this module wrote
    /// has no line break and comes back byte for byte; where another tool has laid the file out anew it is made compact again.
    /// </summary>
    public byte[] ItemJson()
    {
        if (Json.ValueKind != JsonValueKind.Object)
            throw WrongType("an object");
        byte[] json = Encoding.UTF8.GetBytes(Json.GetRawText());
        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
            }
        }
        catch (JsonException)
        {
            throw Refuse("is too deeply nested");
        }
        return json.AsSpan().IndexOfAny((byte)'\n', (byte)'\r') < 0 ? json : JsonBytes.Rewrite(json);
    }

    /// <summary>A value that is not as it should be.</summary>
    /// <param name="what">What is wrong, such as "has no turns".</param>
    public QwenException Refuse(string what) => _source.Refuse($"{Place()} {what}");

    private QwenException WrongType(string expected) => Refuse($"is {Json.ValueKind switch
    {
        JsonValueKind.String => "a text that does not fit",
        JsonValueKind.Number => "a number that does not fit",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ => "null",
    }}; expected is {expected}");

    private string Place()
    {
        string place = _name;
        for (var value = _parent; value is not null; value = value._parent)
            place = value._name.Length == 0 ? place : value._name + (place.StartsWith('[') ? place : "." + place);
        return place.Length == 0 ? "its content" : place;
    }
}
