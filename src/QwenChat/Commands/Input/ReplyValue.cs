using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using QwenChat.Streaming;

namespace QwenChat.Commands.Input;

/// <summary>Reads an emulator answer: text, a <see cref="QwenEmulatorReply"/>, or a hashtable with the members of a reply.</summary>
internal static class ReplyValue
{
    private const int MaximumBytes = 16 * 1024 * 1024;

    /// <summary>Reads the output of a script block: one reply or hashtable, or lines of text.</summary>
    public static QwenEmulatorReply Read(Collection<PSObject> written) =>
        written.Count == 1 ? Read((object?)written[0]) : new QwenEmulatorReply(string.Join("\n", written.Select(TextOf)));

    /// <exception cref="QwenException">A hashtable has an unknown member.</exception>
    public static QwenEmulatorReply Read(object? value)
    {
        object? plain = value is PSObject shell ? shell.BaseObject : value;
        return plain switch
        {
            QwenEmulatorReply reply => reply,
            IDictionary members => Read(members),
            _ => new QwenEmulatorReply(TextOf(value)),
        };
    }

    private static QwenEmulatorReply Read(IDictionary members)
    {
        var reply = new QwenEmulatorReply();
        foreach (DictionaryEntry member in members)
        {
            string name = member.Key.ToString()!;
            reply = name.ToUpperInvariant() switch
            {
                "TEXT" => reply with { Text = TextOf(member.Value) },
                "THINKING" => reply with { Thinking = member.Value?.ToString() },
                "FINISHREASON" => reply with { FinishReason = member.Value?.ToString() },
                "TOOLCALLS" => reply with { ToolCalls = (LanguagePrimitives.ConvertTo<object[]?>(member.Value) ?? []).Select(ReadCall).ToArray() },
                _ => throw new QwenException(QwenErrorKind.InvalidRequest,
                    $"An answer has no member '{name}'. Its members are Text, Thinking, FinishReason and ToolCalls (each with Id, Name and Arguments)."),
            };
        }
        return reply;
    }

    /// <summary>Returns text as is and an object as JSON, never the name of its type.</summary>
    private static string TextOf(object? value) => ScalarValue.Of(value)?.Text
        ?? (TextValue.Refusal(value) is null ? TextValue.Read(value) : ObjectJson.ToText(value, MaximumBytes)) ?? "";

    private static QwenToolCall ReadCall(object? value)
    {
        object? plain = value is PSObject shell ? shell.BaseObject : value;
        if (plain is QwenToolCall made)
            return made;
        var members = plain switch
        {
            IDictionary dictionary => dictionary.Cast<DictionaryEntry>().Select(member => (Name: $"{member.Key}", member.Value)),
            PSCustomObject => ((PSObject)value!).Properties.Select(property => (property.Name, (object?)property.Value)),
            _ => throw NoCall("A tool call is a hashtable with Name, Arguments and Id."),
        };
        // The emulator assigns an id to a call that has none.
        var call = new QwenToolCall("", "", ToolArguments.None);
        foreach (var (name, member) in members)
        {
            call = name.ToUpperInvariant() switch
            {
                "ID" => call with { Id = $"{member}" },
                "NAME" => call with { Name = $"{member}" },
                "ARGUMENTS" => call with { Arguments = member is null ? ToolArguments.None : TextOf(member) },
                _ => throw NoCall($"A tool call has no member '{name}'. Its members are Name, Arguments (JSON text or a hashtable) and Id."),
            };
        }
        return call.Name.Length > 0 ? call : throw NoCall("A tool call needs a Name.");
    }

    private static QwenException NoCall(string message) => new(QwenErrorKind.InvalidRequest, message);
}
