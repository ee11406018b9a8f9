using System.Collections;
using System.Collections.Immutable;
using System.Management.Automation;
using System.Reflection;
using System.Text.Json.Nodes;
using QwenChat.Commands.Tools;
using QwenChat.Tools;

namespace QwenChat.Commands.Schemas;

/// <summary>
/// Creates the answer schema of a .NET type. Every part of the type is included, because a partial value would look complete. A type with an unsupported
/// part is rejected.
/// </summary>
internal static class AnswerType
{
    private const string NotPossible = "cannot be the type of an answer";

    private const string Possible = "An answer's type is a class with a parameterless constructor and public properties, an enum, a string, number, boolean, "
        + "date, time span, guid or uri, a hashtable or a dictionary with string keys, or an array or list of one of these.";

    /// <exception cref="QwenException">No answer can be of this type. The error message names the unsupported part of the type.</exception>
    public static AnswerSchema SchemaOf(Type type) => AnswerSchema.Of(Of(type, NameOf(type), []), type);

    private static JsonObject Of(Type type, string place, ImmutableList<Type> outer)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
            return OrNull(Of(value, place, outer));
        if (type.ContainsGenericParameters || type.IsPointer)
            throw Refuse(place, type, NotPossible);
        if (type == typeof(object))
            return [];
        if (type == typeof(PSObject))
            return new JsonObject { ["type"] = "object" };
        if (type.IsArray && type.GetArrayRank() == 1)
            return TypeSchema.List(Of(type.GetElementType()!, place + "[]", outer));
        if (TypeSchema.ElementOf(type) is { } element)
            return TypeSchema.List(Of(element, place + "[]", outer));
        if (TypeSchema.ValueOf(type) is { } member)
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = Of(member, place + "{}", outer) };
        if (!IsOwnClass(type))
            return IsOtherDictionary(type) ? throw Refuse(place, type, NotPossible) : TypeSchema.Of(type)
                ?? throw Refuse(place, type, type.IsClass && !type.IsAbstract && !IsCollection(type) ? "has no parameterless constructor" : NotPossible);
        if (outer.Contains(type))
            throw Refuse(place, type, "contains itself, so its schema would be infinite");
        return OfClass(type, place, outer.Add(type));
    }

    private static JsonObject OfClass(Type type, string place, ImmutableList<Type> outer)
    {
        var properties = new JsonObject();
        foreach (var property in TypeSchema.PropertiesOf(type).Where(property => property.SetMethod!.IsPublic && property.GetIndexParameters().Length == 0))
            properties[property.Name] = OfProperty(property, $"{place}.{property.Name}", outer);
        if (properties.Count == 0)
            throw Refuse(place, type, "has no public settable properties");
        var schema = ToolSchema.Of(properties, [.. properties.Select(property => property.Key)]);
        schema["additionalProperties"] = false;
        ParameterSchema.Describe(schema, type.GetCustomAttribute<System.ComponentModel.DescriptionAttribute>()?.Description);
        return schema;
    }

    private static JsonObject OfProperty(PropertyInfo property, string place, ImmutableList<Type> outer)
    {
        var value = Nullable.GetUnderlyingType(property.PropertyType);
        var schema = Of(value ?? property.PropertyType, place, outer);
        ParameterSchema.Apply(property.GetCustomAttributes<Attribute>(), schema);
        ParameterSchema.Describe(schema, property.GetCustomAttribute<System.ComponentModel.DescriptionAttribute>()?.Description);
        return value is null ? schema : OrNull(schema);
    }

    private static JsonObject OrNull(JsonObject schema)
    {
        ShortSchema.AllowNull(schema);
        return schema;
    }

    // A .NET class that JSON represents as a string, such as Version, already has a schema.
    private static bool IsOwnClass(Type type) => TypeSchema.IsClass(type) && (type.Assembly.IsDynamic || TypeSchema.Of(type) is null);

    // A JSON object becomes a hashtable with string keys. PowerShell can convert the hashtable only to a dictionary with string keys.
    private static bool IsOtherDictionary(Type type) => typeof(IDictionary).IsAssignableFrom(type) && !type.IsAssignableFrom(typeof(Hashtable));

    private static bool IsCollection(Type type) => typeof(IEnumerable).IsAssignableFrom(type) || typeof(Delegate).IsAssignableFrom(type);

    // Classes defined in PowerShell have a meaningless namespace, so only the class name is shown.
    private static string NameOf(Type type) => (type.GetElementType() ?? type).Assembly.IsDynamic ? type.Name : LanguagePrimitives.ConvertTo<string>(type);

    private static QwenException Refuse(string place, Type type, string reason)
    {
        string name = NameOf(type);
        return new QwenException(QwenErrorKind.InvalidRequest, $"{(place == name ? $"[{name}]" : $"{place}: [{name}]")} {reason}. {Possible}");
    }
}
