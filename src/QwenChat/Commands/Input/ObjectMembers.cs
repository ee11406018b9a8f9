using System.Collections;
using System.Data;
using System.Globalization;
using System.Management.Automation;
using System.Net;

namespace QwenChat.Commands.Input;

/// <summary>The members of an object: a dictionary's entries, a row's columns, or any other object's properties. Alias properties are omitted.</summary>
internal static class ObjectMembers
{
    /// <summary>The placeholder for a secret.</summary>
    public const string Hidden = "(secret, omitted)";

    // The note properties that PowerShell's providers add to every object. They describe the origin of the object, not its content.
    private static readonly HashSet<string> s_providerNotes = new(StringComparer.OrdinalIgnoreCase)
    {
        "PSPath", "PSParentPath", "PSChildName", "PSDrive", "PSProvider", "PSIsContainer", "ReadCount",
    };

    /// <summary>Returns the names and values of the members, in order.</summary>
    /// <param name="value">The object, with or without a PSObject wrapper.</param>
    public static IEnumerable<KeyValuePair<string, object?>> Of(object value)
    {
        object plain = ScalarValue.Plain(value)!;
        return plain switch
        {
            IDictionary table => OfTable(table),
            DataRow row => row.Table.Columns.Cast<DataColumn>().Select(column => Pair(column.ColumnName, row[column])),
            DataRowView view => Of(view.Row),
            DataSet set => set.Tables.Cast<DataTable>().Select(table => Pair(table.TableName, table.Rows)),
            PSCredential credential => [Pair("UserName", credential.UserName), Pair("Password", Hidden)],
            NetworkCredential credential => [Pair("UserName", credential.UserName), Pair("Domain", credential.Domain), Pair("Password", Hidden)],
            ErrorRecord error => OfError(error),
            _ => OfProperties(PSObject.AsPSObject(value), isCustom: plain is PSObject),
        };
    }

    public static string NameOf(object key) => ScalarValue.Of(key)?.Text ?? Convert.ToString(key, CultureInfo.InvariantCulture)!;

    // Enumerable.Cast would fail, because a generic dictionary returns DictionaryEntry values only from IDictionary.GetEnumerator.
    private static IEnumerable<KeyValuePair<string, object?>> OfTable(IDictionary table)
    {
        foreach (DictionaryEntry entry in table)
            yield return Pair(NameOf(entry.Key), entry.Value);
    }

    // Only these properties are written. Other properties of the record refer to the whole invocation, including the command and its module.
    private static IEnumerable<KeyValuePair<string, object?>> OfError(ErrorRecord error)
    {
        yield return Pair("Message", error.ToString());
        yield return Pair("ErrorId", error.FullyQualifiedErrorId);
        yield return Pair("Category", error.CategoryInfo.ToString());
        var causes = new List<string>();
        for (var cause = error.Exception; cause is not null; cause = cause.InnerException)
            causes.Add($"{cause.GetType().FullName}: {cause.Message}");
        yield return Pair("Exceptions", causes);
        yield return Pair("Position", error.InvocationInfo?.PositionMessage);
        yield return Pair("ScriptStackTrace", error.ScriptStackTrace);
    }

    private static IEnumerable<KeyValuePair<string, object?>> OfProperties(PSObject value, bool isCustom)
    {
        foreach (var property in value.Properties)
        {
            bool isData = isCustom
                || property.MemberType != PSMemberTypes.AliasProperty && !(property is PSNoteProperty && s_providerNotes.Contains(property.Name));
            if (isData && property.IsGettable)
                yield return Pair(property.Name, Read(property));
        }
    }

    // A property that cannot be read, such as the modules of another user's process, has no value.
    private static object? Read(PSPropertyInfo property)
    {
        try
        {
            return property.Value;
        }
        catch (ExtendedTypeSystemException)
        {
            return null;
        }
    }

    private static KeyValuePair<string, object?> Pair(string name, object? value) => new(name, value);
}
