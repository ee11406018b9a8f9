using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using QwenChat.Text;

namespace QwenChat.Commands.Tools;

/// <summary>Chooses the parameter set of a command, and the parameters that a model can set.</summary>
internal sealed class ParameterChoice
{
    // The common parameters, and those that change error handling or confirmation, are offered to a model only if the user selects them.
    private static readonly HashSet<string> s_omitted = new(
        Cmdlet.CommonParameters.Concat(Cmdlet.OptionalCommonParameters).Concat(["ProgressAction", "WhatIf", "Confirm", "Force", "UseTransaction"]),
        StringComparer.OrdinalIgnoreCase);

    private readonly CommandInfo _command;
    private readonly IDictionary _fixed;
    private readonly string[]? _named;

    private ParameterChoice(CommandInfo command, string[]? named, IDictionary fixedValues) => (_command, _named, _fixed) = (command, named, fixedValues);

    /// <summary>The parameters that a model can set.</summary>
    public required IReadOnlyList<CommandParameterInfo> Offered { get; init; }

    public required CommandParameterSetInfo Set { get; init; }

    /// <param name="command">The command.</param>
    /// <param name="setName">The name of the set; null to choose one.</param>
    /// <param name="named">The selected parameters; null for all parameters that a model can set.</param>
    /// <param name="fixedValues">The values fixed by the user.</param>
    /// <exception cref="QwenException">There is no such set or parameter, or a model cannot set a mandatory parameter.</exception>
    public static ParameterChoice Of(CommandInfo command, string? setName, string[]? named, IDictionary fixedValues)
    {
        string[] wanted = [.. named ?? [], .. fixedValues.Keys.Cast<object>().Select(key => key.ToString() ?? "")];
        var set = SetOf(command, setName, wanted, ReadSets(command));
        // Reading the dynamic parameters runs the command's dynamicparam block, so they are read only if a parameter was not found.
        if (set is null && CommandLookup.WithDynamicParameters(command) is { } whole)
            set = SetOf(command, setName, wanted, ReadSets(whole));
        if (set is null)
        {
            var all = ReadSets(command).SelectMany(one => one.Parameters).Select(one => one.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
            string[] unknown = wanted.Where(name => !all.Contains(name)).ToArray();
            throw Refuse(unknown.Length > 0
                ? $"{command.Name} has no parameter {string.Join(" or ", unknown)}."
                    + Listing.Sentence("Its parameters", [.. all.Where(name => !s_omitted.Contains(name))])
                : $"No parameter set of {command.Name} contains all of these parameters: {string.Join(", ", wanted)}. "
                    + "Select other parameters, or specify -ParameterSetName.");
        }
        var choice = new ParameterChoice(command, named, fixedValues) { Offered = [], Set = set };
        return new ParameterChoice(command, named, fixedValues) { Set = set, Offered = set.Parameters.Where(choice.IsOffered).ToArray() };
    }

    private static ReadOnlyCollection<CommandParameterSetInfo> ReadSets(CommandInfo command)
    {
        try
        {
            if (command.ParameterSets is { Count: > 0 } sets)
                return sets;
        }
        catch (RuntimeException broken)
        {
            throw Refuse($"The parameters of {command.Name} cannot be read: {broken.Message}");
        }
        throw Refuse($"The parameters of {command.Name} are unknown. Import the command's module first.");
    }

    private static CommandParameterSetInfo? SetOf(CommandInfo command, string? setName, string[] wanted, ReadOnlyCollection<CommandParameterSetInfo> sets)
    {
        if (setName is not null)
        {
            var chosen = sets.FirstOrDefault(set => set.Name.Equals(setName, StringComparison.OrdinalIgnoreCase))
                ?? throw Refuse($"{command.Name} has no parameter set '{setName}'. " + (sets.Count == 1
                    ? "The command has only one parameter set, so omit -ParameterSetName."
                    : $"The command's parameter sets are {Listing.And(sets.Select(set => set.Name))}."));
            return Has(chosen, wanted) ? chosen : null;
        }
        return sets.OrderBy(set => !set.IsDefault).ThenBy(set => set.Parameters.Count(one => one.IsMandatory)).FirstOrDefault(set => Has(set, wanted));
    }

    private static bool Has(CommandParameterSetInfo set, string[] wanted) =>
        wanted.All(name => set.Parameters.Any(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase)));

    private bool IsOffered(CommandParameterInfo parameter)
    {
        if (_fixed.Keys.Cast<object>().Any(key => parameter.Name.Equals(key.ToString(), StringComparison.OrdinalIgnoreCase)))
            return false;
        bool isNamed = _named?.Contains(parameter.Name, StringComparer.OrdinalIgnoreCase) == true;
        bool canGive = ParameterSchema.Of(parameter.ParameterType, parameter.Attributes) is not null;
        if ((parameter.IsMandatory || isNamed) && !canGive)
        {
            throw Refuse($"A model cannot set -{parameter.Name} of {_command.Name}, because the parameter's type is {parameter.ParameterType.Name}. "
                + (parameter.IsMandatory ? "Set the value yourself with New-QwenTool -FixedValue, or wrap the command in a script block."
                    : $"Omit {parameter.Name} from -Parameter."));
        }
        if (parameter.IsMandatory || isNamed)
            return true;
        if (_named is not null || !canGive || parameter.IsDynamic || s_omitted.Contains(parameter.Name))
            return false;
        bool isPipelineObject = parameter.ValueFromPipeline && (parameter.ParameterType == typeof(object) || parameter.ParameterType == typeof(PSObject)
            || parameter.ParameterType == typeof(object[]) || parameter.ParameterType == typeof(PSObject[]));
        return !isPipelineObject && !parameter.Name.EndsWith("Variable", StringComparison.OrdinalIgnoreCase);
    }

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
