using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Net.Mail;
using System.Net.NetworkInformation;
using System.Numerics;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml;
using QwenChat.Tools;

namespace QwenChat.Commands.Tools;

/// <summary>Creates the JSON schemas of supported .NET types. Parameters of other types are omitted.</summary>
internal static class TypeSchema
{
    private const int MostWords = 40;
    private const int MaximumDepth = 5;

    private static readonly HashSet<Type> s_integers =
    [
        typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(BigInteger),
    ];

    private static readonly Dictionary<Type, string> s_formats = new()
    {
        [typeof(DateTime)] = "date-time", [typeof(DateTimeOffset)] = "date-time", [typeof(DateOnly)] = "date", [typeof(Guid)] = "uuid", [typeof(Uri)] = "uri",
    };

    private static readonly HashSet<Type> s_oneString =
    [
        typeof(FileInfo), typeof(DirectoryInfo), typeof(Version), typeof(Regex), typeof(IPAddress), typeof(MailAddress), typeof(PhysicalAddress),
        typeof(CultureInfo), typeof(Encoding), typeof(XmlDocument),
    ];

    // PowerShell types whose values can be written as strings. The types are listed by name, because some of them are not public.
    private static readonly HashSet<string> s_named = ["PSTypeName", "ModuleSpecification", "PSPropertyExpression", "SemanticVersion"];

    /// <summary>Returns the schema of a type; null if a model cannot provide a value of the type.</summary>
    public static JsonObject? Of(Type type) => Of(type, 0);

    /// <summary>Returns the type that a schema specifies; null if the schema specifies none or several.</summary>
    public static string? TypeOf(JsonObject schema) => ToolSchema.TextOf(schema["type"]);

    private static JsonObject? Of(Type type, int depth)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(object) || type == typeof(PSObject))
            return [];
        if (type == typeof(string) || type == typeof(char))
            return Typed("string");
        if (type == typeof(bool) || type == typeof(SwitchParameter))
            return Typed("boolean");
        if (s_integers.Contains(type))
            return Typed("integer");
        if (type == typeof(float) || type == typeof(double) || type == typeof(decimal))
            return Typed("number");
        if (s_formats.TryGetValue(type, out string? format))
            return new JsonObject { ["type"] = "string", ["format"] = format };
        if (type == typeof(TimeSpan))
            return new JsonObject { ["type"] = "string", ["description"] = "d.hh:mm:ss" };
        if (s_oneString.Contains(type) || (s_named.Contains(type.Name) && type.Namespace?.Contains("PowerShell", StringComparison.Ordinal) == true)
            || type.FullName is "System.Management.Automation.PSTypeName" or "System.Management.Automation.SemanticVersion")
            return new JsonObject { ["type"] = "string", ["description"] = type.Name };
        if (type.IsEnum)
            return OfEnum(type);
        return OfContainer(type, depth);
    }

    private static JsonObject? OfContainer(Type type, int depth)
    {
        if (depth > MaximumDepth)
            return null;
        if (type.IsArray)
            return type.GetArrayRank() == 1 && Of(type.GetElementType()!, depth + 1) is { } items ? List(items) : null;
        if (ElementOf(type) is { } element)
            return Of(element, depth + 1) is { } schema ? List(schema) : null;
        if (type == typeof(ArrayList))
            return Typed("array");
        if (ValueOf(type) is { } value)
            return Of(value, depth + 1) is { } schema ? new JsonObject { ["type"] = "object", ["additionalProperties"] = schema } : null;
        if (typeof(IDictionary).IsAssignableFrom(type))
            return Typed("object");
        return type.Assembly.IsDynamic ? OfClass(type, depth) : null;
    }

    /// <summary>Returns the element type of a list type to which PowerShell can convert an array; null for any other type.</summary>
    internal static Type? ElementOf(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() is var open
        && (open == typeof(List<>) || open == typeof(IList<>) || open == typeof(ICollection<>) || open == typeof(IEnumerable<>)
            || open == typeof(System.Collections.ObjectModel.Collection<>)) ? type.GetGenericArguments()[0] : null;

    /// <summary>Returns the value type of a dictionary type with string keys; null for any other type.</summary>
    internal static Type? ValueOf(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() is var open
        && (open == typeof(Dictionary<,>) || open == typeof(IDictionary<,>)) && type.GetGenericArguments()[0] == typeof(string)
        ? type.GetGenericArguments()[1] : null;

    /// <summary>Returns whether PowerShell creates objects of a type by setting the properties of a new object.</summary>
    internal static bool IsClass(Type type) => type.IsClass && !type.IsAbstract && type != typeof(object) && type != typeof(PSObject)
        && !typeof(IEnumerable).IsAssignableFrom(type) && type.GetConstructor(Type.EmptyTypes) is not null;

    /// <summary>Returns the settable properties of a PowerShell class.</summary>
    internal static IEnumerable<PropertyInfo> PropertiesOf(Type type) => type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
        .Where(property => property.CanWrite && !property.IsDefined(typeof(HiddenAttribute)));

    private static JsonObject? OfClass(Type type, int depth)
    {
        if (type.GetConstructor(Type.EmptyTypes) is null)
            return null;
        var properties = new JsonObject();
        foreach (var property in PropertiesOf(type))
        {
            // A property whose type is the class itself, or a list of the class, is omitted, because the schema would be infinite.
            var own = property.PropertyType == type || ElementOf(property.PropertyType) == type || property.PropertyType.GetElementType() == type ? null
                : depth >= MaximumDepth ? null : Of(property.PropertyType, depth + 1);
            if (own is null)
                continue;
            properties[property.Name] = WithAttributes(property, own);
        }
        var schema = ToolSchema.Of(properties, properties.Select(property => property.Key).ToArray());
        schema["additionalProperties"] = false;
        return schema;
    }

    private static JsonObject WithAttributes(PropertyInfo property, JsonObject own)
    {
        var described = ParameterSchema.Of(property.PropertyType, property.GetCustomAttributes<Attribute>()) ?? own;
        ParameterSchema.Describe(described, property.GetCustomAttribute<System.ComponentModel.DescriptionAttribute>()?.Description);
        return described;
    }

    private static JsonObject OfEnum(Type type)
    {
        string[] names = Enum.GetNames(type);
        var one = Typed("string");
        if (names.Length <= MostWords)
            one["enum"] = new JsonArray(names.Select(name => (JsonNode)name).ToArray());
        else
            one["description"] = type.Name;
        return type.IsDefined(typeof(FlagsAttribute), inherit: false) ? List(one) : one;
    }

    internal static JsonObject List(JsonObject items) => new() { ["type"] = "array", ["items"] = items };

    private static JsonObject Typed(string type) => new() { ["type"] = type };
}
