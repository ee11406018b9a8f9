using System.Management.Automation;
using QwenChat.Catalogue;
using QwenChat.Commands.Input;
using QwenChat.Text;

namespace QwenChat.Commands;

/// <summary>Returns information about models from the catalog or the service: context windows, limits, thinking, modalities, APIs and prices.</summary>
[Cmdlet(VerbsCommon.Get, "QwenModel")]
[OutputType(typeof(QwenModel))]
public sealed class GetQwenModelCommand : QwenCommand
{
    private IReadOnlyList<QwenModel>? _listed;

    /// <summary>The names of the models, with or without wildcards; all models if omitted.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Model")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ModelCompleter))]
    [Text("Name", "Id", "Model")]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Requests the model list from the service, and returns it.</summary>
    [Parameter]
    public SwitchParameter Online { get; set; }

    /// <summary>The currency of the prices. The service does not report the currency.</summary>
    [Parameter]
    [ValidatePattern("^[A-Z]{3}$")]
    [Text]
    public string? Currency { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Attempt(() =>
        {
            if (Currency is not null && !Online)
                throw new QwenException(QwenErrorKind.InvalidRequest, "-Currency applies only to the prices in the service's list. Also specify -Online.");
            if (Online)
                _listed = Wait(ServiceCatalogue.ReadAsync(ConnectionOrDefault, Currency, Notices, Cancellation)).Models;
            else if (ModelCatalogue.Fault is { } fault)
                WriteWarning(fault);
        }, Target);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(() =>
    {
        foreach (string name in Name)
            WriteModels(name);
    }, Target);

    /// <summary>The target of the error if the catalog cannot be read: the user's catalog file, not the requested model.</summary>
    private string? Target => Online ? null : Environment.GetEnvironmentVariable(ModelCatalogue.FileVariable);

    private void WriteModels(string name)
    {
        var models = _listed ?? ModelCatalogue.All;
        if (models.FirstOrDefault(model => string.Equals(model.Id, name, StringComparison.OrdinalIgnoreCase)) is { } found)
        {
            WriteObject(found);
        }
        else if (WildcardPattern.ContainsWildcardCharacters(name))
        {
            var pattern = NamePattern.Read(name);
            WriteObject(models.Where(known => pattern.IsMatch(known.Id)), enumerateCollection: true);
        }
        else
        {
            string why = Online ? $"The service lists no model '{name}' for this key. Use Get-QwenModel -Online without a name to show the whole list."
                : $"The catalog has no model '{name}'. You can still use it with -Model {SingleQuoted.Of(name)}, but its limits and prices are unknown. "
                    + "Use Get-QwenModel without a name to list the known models. Get-Help Get-QwenModel explains how to add your own.";
            WriteError(new ErrorRecord(new ItemNotFoundException(why), "QwenModelNotFound", ErrorCategory.ObjectNotFound, name));
        }
    }
}
