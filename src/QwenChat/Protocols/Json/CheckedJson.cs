using System.Globalization;
using System.Text;
using System.Text.Json;

namespace QwenChat.Protocols.Json;

/// <summary>
/// A JSON value from a file or a store, which a user may have edited. A value of the wrong type causes an error with its position. Unknown members are ignored.
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

    /// <param name="json">The root value.</param>
    /// <param name="refuse">Creates the exception for an invalid value.</param>
    public CheckedJson(JsonElement json, Func<string, Exception> refuse)
        : this(json, refuse, null, "")
    {
    }

    public JsonElement Json { get; }

    public CheckedJson? Member(string name)
    {
        if (Json.ValueKind != JsonValueKind.Object)
            throw WrongType("an object");
        return Json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? new CheckedJson(value, _refuse, this, name) : null;
    }

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

    public Dictionary<string, T> ToDictionary<T>(Func<CheckedJson, T> read)
    {
        var dictionary = new Dictionary<string, T>();
        foreach (var (name, value) in Members())
        {
            if (!dictionary.TryAdd(name, read(value)))
                throw value.Refuse("occurs twice");
        }
        return dictionary;
    }

    public string Text() => Json.ValueKind == JsonValueKind.String ? Json.GetString()! : throw WrongType("a string");

    public bool Flag() => Json.ValueKind is JsonValueKind.True or JsonValueKind.False ? Json.GetBoolean() : throw WrongType("true or false");

    public long Int64(long least) =>
        Json.ValueKind == JsonValueKind.Number && Json.TryGetInt64(out long number) && number >= least
        ? number : throw WrongType($"a whole number of at least {least}");

    public int Int32(int least) =>
        Json.ValueKind == JsonValueKind.Number && Json.TryGetInt32(out int number) && number >= least
        ? number : throw WrongType($"a whole number of at least {least}");

    public double Number() =>
        Json.ValueKind == JsonValueKind.Number && Json.TryGetDouble(out double number) && double.IsFinite(number) ? number : throw WrongType("a number");

    public decimal Amount() =>
        Json.ValueKind == JsonValueKind.Number && Json.TryGetDecimal(out decimal amount) && amount >= 0 ? amount : throw WrongType("an amount of at least 0");

    public DateTimeOffset Time() =>
        Json.ValueKind == JsonValueKind.String && Json.TryGetDateTimeOffset(out var time) ? time : throw WrongType("a time such as 2026-11-22T09:30:00+00:00");

    /// <summary>Returns an enumeration value. The name of the value must be spelled exactly.</summary>
    public T Word<T>()
        where T : struct, Enum => (T)Word(typeof(T));

    /// <inheritdoc cref="Word{T}"/>
    /// <param name="type">The enumeration.</param>
    public object Word(Type type) => Enum.Parse(type, OneOf(Enum.GetNames(type)));

    /// <summary>Returns one or more flags of an enumeration from a comma-separated string.</summary>
    public object Words(Type type)
    {
        string[] names = Enum.GetNames(type);
        return Json.ValueKind == JsonValueKind.String && Json.GetString()!.Split(", ") is var words && words.All(word => names.Contains(word))
            ? Enum.Parse(type, Json.GetString()!) : throw WrongType($"one or more of {string.Join(", ", names)}");
    }

    public string OneOf(string[] words) => Json.ValueKind == JsonValueKind.String && words.Contains(Json.GetString(), StringComparer.Ordinal)
        ? Json.GetString()!
        : throw WrongType($"one of {string.Join(", ", words)}");

    /// <summary>Returns the JSON of an item on one line. An object that is nested too deeply for the item readers is rejected.</summary>
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

    /// <summary>Returns the exception for an invalid value.</summary>
    /// <param name="what">The error, such as "has no turns".</param>
    public Exception Refuse(string what) => _refuse($"{Place()} {what}");

    private Exception WrongType(string expected) => Refuse($"is {Json.ValueKind switch
    {
        JsonValueKind.String => "a string that is not valid",
        JsonValueKind.Number => "a number that is not valid",
        JsonValueKind.True or JsonValueKind.False => "a Boolean value",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ => "null",
    }}; expected {expected}");

    private string Place()
    {
        string place = _name;
        for (var value = _parent; value is not null; value = value._parent)
            place = value._name.Length == 0 ? place : value._name + (place.StartsWith('[') ? place : "." + place);
        return place.Length == 0 ? "its content" : place;
    }
}
