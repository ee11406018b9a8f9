using QwenChat.Protocols;
using QwenChat.Tools;

namespace QwenChat.Batch;

/// <summary>The format of the structured answer to a request.</summary>
/// <param name="Format">The schema, and how the request specifies it.</param>
/// <param name="TypeName">The name of the .NET type that the value is converted to; null for objects without a type.</param>
internal sealed record BatchAnswer(AnswerFormat Format, string? TypeName)
{
    public static BatchAnswer? Of(AnswerFormat? format) => format is null ? null : new BatchAnswer(format, format.Schema.Type?.FullName);

    /// <summary>
    /// Returns the schema, with its .NET type if this process contains the type. A class defined in a script exists only in the process that ran the
    /// script.
    /// </summary>
    public AnswerSchema Schema()
    {
        var schema = Format.Schema;
        return TypeName is null || schema.Type is not null || Find(TypeName) is not { } type ? schema : AnswerSchema.Restore(schema.Text, schema.Wrapper, type);
    }

    private static Type? Find(string name) => AppDomain.CurrentDomain.GetAssemblies().Reverse()
        .Select(assembly => assembly.GetType(name, throwOnError: false)).FirstOrDefault(type => type is not null);
}
