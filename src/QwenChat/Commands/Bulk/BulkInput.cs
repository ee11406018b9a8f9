using System.Management.Automation;

namespace QwenChat.Commands.Bulk;

/// <summary>Links results and errors of a bulk run to their inputs.</summary>
internal static class BulkInput
{
    /// <summary>Returns the input without PowerShell's wrapper; a custom object keeps the wrapper, because the wrapper contains its properties.</summary>
    public static object? Unwrap(object? input) => input is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : input;

    /// <summary>Adds <c>Index</c> and <c>InputObject</c> to a result.</summary>
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
