using System.Globalization;
using System.Text;
using System.Text.Json;

namespace QwenChat.Protocols.Json;

/// <summary>
/// A JSON value of a file or a store, which may have been edited. What is not of the type it should be is refused, with its place;
/// members that are not known are ignored.
/// </summary>
internal sealed class CheckedJson
{
    private readonly Func<string, Exception> _refuse;
    private readonly CheckedJson? _parent;
    private readonly string _name;

    private CheckedJson(JsonElement json, Func<string, Exception> refuse, CheckedJson? parent, string name)
    {
        Json = json;
        _refuse = refuse;
        _parent = parent;
        _name = name;
    }

    /// <param name="json">The whole value.</param>
    /// <param name="refuse">Makes the exception of what is wrong with it.</param>
    public CheckedJson(JsonElement json, Func<string, Exception> refuse)
        : this(json, refuse, null, "")
    {
    }

    public JsonElement Json { get; }

    /// <summary>A member of an object; null when it is not there, or is null.</summary>
    public CheckedJson? Member(string name)
    {
        if (Json.ValueKind != JsonValueKind.Object)
            throw WrongType("an object");
        return Json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? new CheckedJson(value, _refuse, this, name) : null;
    }

    /// <summary>A member that has to be there.</summary>
    public CheckedJson Required(string name) => Member(name) ?? throw Refuse($"has no {name}");

    public IEnumerable<CheckedJson> Elements()
    {
        if (Json.ValueKind != JsonValueKind.Array)
            throw WrongType("an array");
        int index = 0;
        foreach (var element in Json.EnumerateArray())
            yield return new CheckedJson(element, _refuse, this, string.Create(CultureInfo.InvariantCulture, $"[{index++}]"));
    }

    public IEnumerable<(string Name, CheckedJson Value)> Members()
    {
        if (Json.ValueKind != JsonValueKind.Object)
            throw WrongType("an object");
        foreach (var member in Json.EnumerateObject())
            yield return (member.Name, new CheckedJson(member.Value, _refuse, this, member.Name));
    }

    /// <summary>The members of an object, by their names.</summary>
    public Dictionary<string, T> ToDictionary<T>(Func<CheckedJson, T> read)
    {
        var dictionary = new Dictionary<string, T>();
        foreach (var (name, value) in Members())
        {
            if (!dictionary.TryAdd(name, read(value)))
                throw value.Refuse("stands there twice");
        }
        return dictionary;
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
        where T : struct, Enum => (T)Word(typeof(T));

    /// <inheritdoc cref="Word{T}"/>
    /// <param name="type">The enumeration.</param>
    public object Word(Type type) => Enum.Parse(type, OneOf(Enum.GetNames(type)));

    /// <summary>One or several of an enumeration's names, with commas between.</summary>
    /// <param name="type">The enumeration, one of flags.</param>
    public object Words(Type type)
    {
        string[] names = Enum.GetNames(type);
        return Json.ValueKind == JsonValueKind.String && Json.GetString()!.Split(", ") is var words && words.All(word => names.Contains(word))
            ? Enum.Parse(type, Json.GetString()!) : throw WrongType($"one or several of {string.Join(", ", names)}");
    }

    /// <summary>One of some words, spelled as it is.</summary>
    public string OneOf(string[] words) => Json.ValueKind == JsonValueKind.String && words.Contains(Json.GetString(), StringComparer.Ordinal)
        ? Json.GetString()!
        : throw WrongType($"one of {string.Join(", ", words)}");

    /// <summary>
    /// The bytes of an object that becomes an item: as deep as every reader of items goes, and on one line. What this module wrote
    /// has no line break and comes back byte for byte; where another tool has laid the file out again it is made compact again.
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
    public Exception Refuse(string what) => _refuse($"{Place()} {what}");

    private Exception WrongType(string expected) => Refuse($"is {Json.ValueKind switch
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
