using System.Management.Automation;

namespace QwenChat.Commands.Bulk;

/// <summary>An input of a bulk run as its results and errors name it.</summary>
internal static class BulkInput
{
    /// <summary>The input without PowerShell's wrapper; a custom object is nothing without it.</summary>
    public static object? Unwrap(object? input) => input is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : input;

    /// <summary>Notes on a result where it belongs: <c>Index</c> and <c>InputObject</c>.</summary>
    public static T Mark<T>(T result, int index, object? input)
        where T : class
    {
        var marked = PSObject.AsPSObject(result);
        Note("Index", index);
        Note("InputObject", input);
        return result;

        void Note(string name, object? value) => marked.Properties.Add(new PSNoteProperty(name, value), preValidated: true);
    }
}
