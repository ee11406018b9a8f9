using System.Management.Automation;
using QwenChat.Catalogue;
using QwenChat.Commands.Errors;
using QwenChat.Commands.Input;

namespace QwenChat.Commands;

/// <summary>Shows what the catalogue knows of models: windows, limits, thinking, modalities, APIs and prices.</summary>
[Cmdlet(VerbsCommon.Get, "QwenModel")]
[OutputType(typeof(QwenModel))]
public sealed class GetQwenModelCommand : PSCmdlet
{
    /// <summary>The models' names, with or without wildcards; all models when none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Model")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ModelCompleter))]
    [Text("Name", "Id", "Model")]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            foreach (string name in Name)
                WriteModels(name);
        }
        catch (QwenException e)
        {
            // The user's own catalogue file is broken, whichever model was asked for.
            TerminatingError.With(this, ErrorRecords.RecordOf(e, Environment.GetEnvironmentVariable(ModelCatalogue.FileVariable)));
        }
    }

    private void WriteModels(string name)
    {
        if (ModelCatalogue.Find(name) is QwenModel model)
        {
            WriteObject(model);
        }
        else if (WildcardPattern.ContainsWildcardCharacters(name))
        {
            var pattern = NamePattern.Read(name);
            WriteObject(ModelCatalogue.All.Where(known => pattern.IsMatch(known.Id)), enumerateCollection: true);
        }
        else
        {
            var unknown = new ItemNotFoundException(
                $"The catalogue has no model '{name}'. It can be used all the same, with -Model '{name}'; only its limits and prices are not known here. " +
                "Get-QwenModel without a name lists those that are known; Get-Help Get-QwenModel says how to add your own.");
            WriteError(new ErrorRecord(unknown, "QwenModelNotFound", ErrorCategory.ObjectNotFound, name));
        }
    }
}
