using System.Collections;
using System.Text.Json;

namespace QwenChat.Commands.Input;

/// <summary>Converts script values (<c>@{ a = 1; b = 'x', 'y' }</c>) to fields of a request body.</summary>
internal static class ScriptValue
{
    /// <exception cref="QwenException">A value has no JSON form.</exception>
    public static IReadOnlyDictionary<string, JsonElement> ReadFields(IDictionary table)
    {
        var fields = new Dictionary<string, JsonElement>();
        foreach (var (name, value) in ObjectMembers.Of(table))
        {
            try
            {
                fields[name] = ObjectJson.ToElement(value);
            }
            catch (QwenException unwritable)
            {
                throw new QwenException(QwenErrorKind.InvalidRequest, $"-ExtraBody, '{name}': {unwritable.Message}", unwritable);
            }
        }
        return fields;
    }
}
