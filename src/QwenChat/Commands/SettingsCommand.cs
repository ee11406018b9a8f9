using System.Collections;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using QwenChat.Commands.Input;
using QwenChat.Model;

namespace QwenChat.Commands;

/// <summary>
/// The base class of commands that begin, change or continue a conversation. Each parameter sets the corresponding property of the options record.
/// <see cref="ToolSettingsCommand"/> adds the parameters for tools.
/// </summary>
public abstract class SettingsCommand : ConversationCommand
{
    /// <summary>The parameter set that creates a conversation or changes its settings.</summary>
    private protected const string BeginSet = "Begin";

    private readonly List<Func<ConversationSettings, ConversationSettings>> _changes = [];
    private IDictionary? _extraBody, _metadata;

    private protected SettingsCommand()
    {
    }

    /// <summary>The model. Any name is allowed; tab completion suggests the models in the catalog.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ModelCompleter))]
    [AllowNull, AllowEmptyString]
    [Text]
    public string? Model
    {
        get => Given.Options.Model;
        set => Set(TextOf(value), options => options with { Model = TextOf(value) });
    }

    /// <summary>The system prompt, sent with every turn.</summary>
    [Parameter]
    [AllowNull, AllowEmptyString]
    [Text]
    public string? Instructions
    {
        get => Given.Options.Instructions;
        set => Set(value ?? "", options => options with { Instructions = NullResets ? TextOf(value) : value ?? "" });
    }

    /// <summary>Whether the model thinks before it answers.</summary>
    [Parameter]
    [AllowNull]
    public QwenThinking? Thinking
    {
        get => Given.Options.Thinking;
        set => Set(value, options => options with { Thinking = value });
    }

    /// <summary>The maximum number of thinking tokens. The Responses and Conversations APIs do not support this setting.</summary>
    [Parameter]
    [AllowNull]
    [Between(1, int.MaxValue)]
    public int? ThinkingBudget
    {
        get => Given.Options.ThinkingBudget;
        set => Set(value, options => options with { ThinkingBudget = value });
    }

    /// <summary>The reasoning effort.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ReasoningEffortCompleter))]
    [AllowNull, AllowEmptyString]
    [Text]
    public string? ReasoningEffort
    {
        get => Given.Options.ReasoningEffort;
        set => Set(TextOf(value), options => options with { ReasoningEffort = TextOf(value) });
    }

    /// <summary>The sampling temperature, at least 0 and less than 2.</summary>
    [Parameter]
    [AllowNull]
    [Between(0, 2, Below = true)]
    public double? Temperature
    {
        get => Given.Options.Temperature;
        set => Set(value, options => options with { Temperature = value });
    }

    /// <summary>The nucleus sampling threshold, greater than 0 and at most 1.</summary>
    [Parameter]
    [AllowNull]
    [Between(0, 1, Above = true)]
    public double? TopP
    {
        get => Given.Options.TopP;
        set => Set(value, options => options with { TopP = value });
    }

    /// <summary>The maximum number of tokens in an answer.</summary>
    [Parameter]
    [AllowNull]
    [Between(1, int.MaxValue)]
    public int? MaxOutputTokens
    {
        get => Given.Options.MaxOutputTokens;
        set => Set(value, options => options with { MaxOutputTokens = value });
    }

    /// <summary>The random seed.</summary>
    [Parameter]
    [AllowNull]
    [Between(0, long.MaxValue)]
    public long? Seed
    {
        get => Given.Options.Seed;
        set => Set(value, options => options with { Seed = value });
    }

    /// <summary>Allows the model to search the web.</summary>
    [Parameter]
    public SwitchParameter Search
    {
        get => Given.Options.Search == true;
        set => Set(value, options => options with { Search = value });
    }

    /// <summary>Additional fields for the request body, added where the API expects options.</summary>
    [Parameter]
    [AllowNull]
    public IDictionary? ExtraBody
    {
        get => _extraBody;
        set
        {
            var fields = Once(() => value is null ? null : ScriptValue.ReadFields(value));
            Set(_extraBody = value, options => options with { ExtraBody = fields.Value });
        }
    }

    /// <summary>Sets markers for the explicit context cache where they reduce the cost (Chat Completions).</summary>
    [Parameter]
    public SwitchParameter ExplicitCache
    {
        get => Given.Options.ExplicitCache == true;
        set => Set(value, options => options with { ExplicitCache = value });
    }

    /// <summary>Requests the session cache of the Responses API.</summary>
    [Parameter]
    public SwitchParameter SessionCache
    {
        get => Given.Options.SessionCache == true;
        set => Set(value, options => options with { SessionCache = value });
    }

    /// <summary>The cost limit of the conversation, in the currency of its model's price; null for no limit.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    [AllowNull]
    [Between(0, 1e12)]
    public decimal? CostLimit
    {
        get => Given.CostLimit;
        set => _changes.Add(settings => settings with { CostLimit = value });
    }

    /// <summary>The token limit of the conversation, input and output together; null for no limit.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    [AllowNull]
    [Between(1, long.MaxValue)]
    public long? TokenLimit
    {
        get => Given.TokenLimit;
        set => _changes.Add(settings => settings with { TokenLimit = value });
    }

    /// <summary>The policy for a growing history, created by New-QwenContextPolicy. Without a policy, the whole history is sent.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    [AllowNull]
    public QwenContextPolicy? ContextPolicy
    {
        get => Given.ContextPolicy;
        set => Set(value, settings => settings with { ContextPolicy = value });
    }

    /// <summary>The metadata of the conversation: names and values.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    [AllowNull]
    public IDictionary? Metadata
    {
        get => _metadata;
        set
        {
            var pairs = Once(() => ConversationStart.ReadMetadata(value));
            Set(_metadata = value, settings => settings with { Metadata = pairs.Value });
        }
    }

    /// <summary>True if $null resets an option. False if $null is rejected, because it usually comes from a variable that was never set.</summary>
    private protected virtual bool NullResets => false;

    /// <summary>The settings from the command line, without those of a conversation.</summary>
    private protected ConversationSettings Given => SettingsOver(new ConversationSettings());

    /// <summary>Returns the settings with the changes from the command line.</summary>
    /// <exception cref="QwenException">A value is not valid for its parameter.</exception>
    private protected ConversationSettings SettingsOver(ConversationSettings settings) => _changes.Aggregate(settings, (changed, change) => change(changed));

    /// <summary>Reverts PowerShell's conversion of $null to an empty string.</summary>
    private protected static string? TextOf(string? value) => string.IsNullOrEmpty(value) ? null : value;

    // Delays the conversion of a parameter value until the command uses it, so that a failure is not a parameter binding error.
    private protected static Lazy<T> Once<T>(Func<T> read) => new(read);

    private protected void Set(object? value, Func<QwenOptions, QwenOptions> change, [CallerMemberName] string parameter = "") =>
        Set(value, settings => settings with { Options = change(settings.Options) }, parameter);

    private protected void Set(object? value, Func<ConversationSettings, ConversationSettings> change, [CallerMemberName] string parameter = "")
    {
        if (value is null && !NullResets)
            throw new ValidationMetadataException($"-{parameter} is null or empty. Specify a value, or remove the parameter. Is the variable set?");
        _changes.Add(change);
    }
}
