using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace QwenChat.Commands;

/// <summary>Completes a parameter with its known values. Other values are also accepted, because the service may add values.</summary>
public abstract class WordCompleter : IArgumentCompleter
{
    private readonly string[] _words;

    private protected WordCompleter(params string[] words) => _words = words;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst,
        IDictionary fakeBoundParameters) =>
        _words.Where(word => word.StartsWith(wordToComplete ?? "", StringComparison.OrdinalIgnoreCase)).Select(word => new CompletionResult(word));
}

/// <summary>Completes <c>-ReasoningEffort</c> (wire §2.3).</summary>
public sealed class ReasoningEffortCompleter() : WordCompleter("none", "minimal", "low", "medium", "high", "xhigh", "max");

/// <summary>Completes <c>-AudioVoice</c> with the voices that the service names (wire §12.3).</summary>
public sealed class VoiceCompleter() : WordCompleter("Cherry", "Serena", "Ethan", "Chelsie");

/// <summary>Completes <c>-AudioFormat</c> (wire §6.5).</summary>
public sealed class AudioFormatCompleter() : WordCompleter("wav");

/// <summary>Completes <c>-Role</c>.</summary>
public sealed class RoleCompleter() : WordCompleter("user", "assistant", "system", "developer", "tool");

/// <summary>Completes <c>-TextType</c> (wire §10.1).</summary>
public sealed class TextTypeCompleter() : WordCompleter("query", "document");

/// <summary>Completes <c>-Fault</c> with the most common faults; other faults can be set as properties of QwenEmulatorFault.</summary>
public sealed class FaultCompleter()
    : WordCompleter("@{ Status = 429 }", "@{ Status = 500 }", "@{ Status = 503; Times = 3 }", "@{ DelayBeforeHeaders = 2000 }", "@{ NeverAnswer = $true }",
    "@{ CutAfterEvents = 3 }", "@{ CutAfterEvents = 3; Cut = 'Reset' }", "@{ ErrorAfterEvents = 3 }", "@{ PartialResponse = $true }");

/// <summary>Completes <c>-ToolChoice</c>; the name of a tool can be typed.</summary>
public sealed class ToolChoiceCompleter() : WordCompleter("Auto", "Required", "None");
