using QwenChat.Protocols;
using QwenChat.Tools;

namespace QwenChat.Batch;

/// <summary>The answer of a schema that a request asks for.</summary>
/// <param name="Format">The schema, and how it is asked for.</param>
/// <param name="TypeName">The name of the type that the value is made into; null for objects without a type.</param>
internal sealed record BatchAnswer(AnswerFormat Format, string? TypeName)
{
    /// <summary>The answer of a format.</summary>
    public static BatchAnswer? Of(AnswerFormat? format) => format is null ? null : new BatchAnswer(format, format.Schema.Type?.FullName);

    /// <summary>The schema with the type, where the process has it: classes of a script are gone with the process that ran it.</summary>
    public AnswerSchema Schema()
    {
        var schema = Format.Schema;
        return TypeName is null || schema.Type is not null || Find(TypeName) is not { } type ? schema : AnswerSchema.Restore(schema.Text, schema.Wrapper, type);
    }

    private static Type? Find(string name) => AppDomain.CurrentDomain.GetAssemblies().Reverse()
        .Select(assembly => assembly.GetType(name, throwOnError: false)).FirstOrDefault(type => type is not null);
}
