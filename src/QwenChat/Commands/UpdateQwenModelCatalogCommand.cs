using System.Management.Automation;
using QwenChat.Catalogue;
using QwenChat.Commands.Input;
using QwenChat.Export;
using QwenChat.Text;

namespace QwenChat.Commands;

/// <summary>Writes the service's model list to a user file. The models in the file supplement the built-in catalog.</summary>
[Cmdlet(VerbsData.Update, "QwenModelCatalog", SupportsShouldProcess = true)]
[OutputType(typeof(QwenModel))]
public sealed class UpdateQwenModelCatalogCommand : QwenCommand
{
    /// <summary>The currency of the prices. The service does not report the currency.</summary>
    [Parameter]
    [ValidatePattern("^[A-Z]{3}$")]
    [Text]
    public string? Currency { get; set; }

    /// <summary>Returns the models in the service's list.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => Attempt(() =>
    {
        string path = ModelCatalogue.ServicePath ?? throw new QwenException(QwenErrorKind.InvalidRequest,
            $"There is no folder for the catalog, because this user has no home directory. Set a folder with $env:{UserFolder.Variable} = '…'.");
        var connection = ConnectionOrDefault;
        if (!ShouldProcess(path, $"Write the model list of {connection.Server}"))
            return;
        if (QwenEmulator.RunsAt(connection.Server))
            Notices.Warn("The connection is to an emulator, which lists the prices of the built-in catalog. These prices are saved with today's date, "
                + "but they are no newer than the built-in catalog.");
        var catalogue = Wait(ServiceCatalogue.ReadAsync(connection, Currency, Notices, Cancellation));
        Write(path, catalogue.File);
        ModelCatalogue.Refresh();
        WriteVerbose($"Wrote {Quantity.Of(catalogue.Models.Count, "model")} to {path}.");
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
                $"The folder for '{path}' cannot be created: {failure.Message} Set another folder with $env:{UserFolder.Variable} = '…'.", failure);
        }
        ExportFile.Replace(path, overwrite: true, stream => stream.Write(file));
    }
}
