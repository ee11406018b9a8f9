using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace QwenChat.Model;

/// <summary>
/// One option of a settings record. Reflection finds the options when a record is first merged, written or read, so each option is declared only once, as
/// a property. Importing the module does not use this class, so reflection does not delay the import.
/// </summary>
internal sealed class OptionField
{
    private static readonly ConcurrentDictionary<Type, OptionField[]> s_fields = new();
    private readonly PropertyInfo _property;

    private OptionField(PropertyInfo property)
    {
        _property = property;
        Name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
        Type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        IsNullable = Type != property.PropertyType || !Type.IsValueType;
        Least = property.GetCustomAttribute<LeastAttribute>()?.Number;
    }

    /// <summary>The option's name in files and stores.</summary>
    public string Name { get; }

    /// <summary>The type of the option's value, without nullability.</summary>
    public Type Type { get; }

    /// <summary>Whether the value can be null. For a Boolean option that cannot be null, false means that the option is not set.</summary>
    public bool IsNullable { get; }

    public int? Least { get; }

    /// <summary>Returns the options of a record that are written to files and stores, in declaration order.</summary>
    public static IReadOnlyList<OptionField> Of(Type record) => s_fields.GetOrAdd(record, static type =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite && property.GetCustomAttribute<JsonIgnoreAttribute>() is null)
            .Select(property => new OptionField(property))]);

    public object? Get(object record) => _property.GetValue(record);

    /// <summary>Sets the option in a record. The record must not be shared yet.</summary>
    public void Set(object record, object? value) => _property.SetValue(record, value);

    /// <summary>
    /// Replaces the null options of <paramref name="record"/>, which must not be shared yet, with those of <paramref name="fallback"/>.
    /// </summary>
    public static T Fill<T>(T record, T fallback)
        where T : notnull
    {
        foreach (var field in Of(typeof(T)))
        {
            if (field.Get(record) is null)
                field.Set(record, field.Get(fallback));
        }
        return record;
    }
}
