using System.Management.Automation;
using QwenChat.Catalogue;
using QwenChat.Commands.Input;
using QwenChat.Export;

namespace QwenChat.Commands;

/// <summary>Writes what the service lists of its models into a file of the user's, which is laid over the built-in catalogue.</summary>
[Cmdlet(VerbsData.Update, "QwenModelCatalog", SupportsShouldProcess = true)]
[OutputType(typeof(QwenModel))]
public sealed class UpdateQwenModelCatalogCommand : QwenCommand
{
    /// <summary>The currency of the prices, which the service does not name.</summary>
    [Parameter]
    [ValidatePattern("^[A-Z]{3}$")]
    [Text]
    public string? Currency { get; set; }

    /// <summary>Writes the models that the service lists.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => Attempt(() =>
    {
        string path = ModelCatalogue.ServicePath ?? throw new QwenException(QwenErrorKind.InvalidRequest,
            $"There is no folder for the catalogue: this user has no home. Name one: $env:{UserFolder.Variable} = '…'.");
        var connection = ConnectionOrDefault;
        if (!ShouldProcess(path, $"Write the models that {connection.Server} lists"))
            return;
        if (QwenEmulator.RunsAt(connection.Server))
            Notices.Warn("An emulator lists what the catalogue knows already. The day of its prices will be today's, though they are as old as before.");
        var catalogue = Wait(ServiceCatalogue.ReadAsync(connection, Currency, Notices, Cancellation));
        Write(path, catalogue.File);
        ModelCatalogue.Refresh();
        WriteVerbose($"{catalogue.Models.Count} models were written to {path}.");
        if (PassThru)
            WriteObject(catalogue.Models, enumerateCollection: true);
    });

    private static void Write(string path, byte[] file)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The folder of '{path}' cannot be made: {failure.Message} Name another folder: $env:{UserFolder.Variable} = '…'.", failure);
        }
        ExportFile.Replace(path, overwrite: true, stream => stream.Write(file));
    }
}
