<#
.SYNOPSIS
    Packs the built module for the PowerShell Gallery: output/QwenChat.<version>.nupkg.
.DESCRIPTION
    The package metadata comes from the manifest, and the release notes come from CHANGELOG.md. A module that lacks help for a command, or is too
    large, is not packed. build.ps1 runs this script after a build.

    Publish the package with: Publish-PSResource -NupkgPath output/QwenChat.<version>.nupkg -Repository PSGallery -ApiKey …
.EXAMPLE
    ./build.ps1 Package
#>
[CmdletBinding()]
param(
    # The built module.
    [string] $ModulePath = (Join-Path $PSScriptRoot '../output/QwenChat'),

    # The folder to which the package is written.
    [string] $Destination = (Join-Path $PSScriptRoot '../output')
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
$manifest = Import-PowerShellDataFile (Join-Path $ModulePath QwenChat.psd1)
$version = $manifest.ModuleVersion

# The maximum compressed size of the package without the Storage folder.
$maximumBytes = 1.25MB

function AssertHelp {
    $file = Join-Path $ModulePath en-US/QwenChat.dll-Help.xml
    if (-not (Test-Path $file)) {
        throw 'The module was not packed because it has no help. Run ./build.ps1 Build, which copies docs/help.'
    }
    $described = Select-Xml '//*[local-name() = "details"]/*[local-name() = "name"]' -Path $file | ForEach-Object { $_.Node.InnerText.Trim() }
    $missing = @($manifest.CmdletsToExport | Where-Object { $_ -notin $described })
    if ($missing) {
        throw "The module was not packed because there is no help for $($missing -join ', '). Write a page in docs/en-US for each command, and run ./build.ps1 Docs."
    }
}

# Returns the section of this version in CHANGELOG.md, or the unreleased changes if there is none.
function ReleaseNotes {
    $changes = Get-Content (Join-Path $ModulePath CHANGELOG.md) -Raw
    foreach ($heading in [regex]::Escape("[$version]"), '\[Unreleased\]') {
        $section = [regex]::Match($changes, "(?ms)^## $heading[^\n]*\n(.*?)(?=^## |\z)")
        if ($section.Success) {
            return $section.Groups[1].Value.Trim()
        }
    }
    throw "The module was not packed because CHANGELOG.md has neither a section for $version nor a section for unreleased changes."
}

function WriteSpecification([string] $Path) {
    # Find-PSResource -CommandName and -Tag search these tags. Publish-PSResource uses the same prefixes.
    $commands = $manifest.CmdletsToExport | ForEach-Object { "PSCmdlet_$_"; "PSCommand_$_" }
    $tags = @('PSModule', 'PSIncludes_Cmdlet') + $manifest.PrivateData.PSData.Tags + $commands
    $facts = [ordered]@{
        id                       = 'QwenChat'
        version                  = $version
        authors                  = $manifest.Author
        description              = $manifest.Description
        copyright                = $manifest.Copyright
        icon                     = 'icon.png'
        tags                     = $tags -join ' '
        releaseNotes             = ReleaseNotes
        requireLicenseAcceptance = 'false'
    }
    $writer = [System.Xml.XmlWriter]::Create($Path, [System.Xml.XmlWriterSettings]@{ Indent = $true })
    try {
        $writer.WriteStartElement('package', 'http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd')
        $writer.WriteStartElement('metadata')
        $facts.GetEnumerator() | ForEach-Object { $writer.WriteElementString($_.Key, $_.Value) }
        $writer.WriteStartElement('license')
        $writer.WriteAttributeString('type', 'expression')
        $writer.WriteString('MIT')
        $writer.WriteEndElement()
        $writer.WriteEndElement()
        $writer.WriteStartElement('files')
        foreach ($source in (Join-Path $ModulePath '**'), (Join-Path $PSScriptRoot icon.png)) {
            $writer.WriteStartElement('file')
            $writer.WriteAttributeString('src', $source)
            $writer.WriteAttributeString('target', '')
            $writer.WriteEndElement()
        }
        $writer.WriteEndElement()
        $writer.WriteEndElement()
    }
    finally {
        $writer.Dispose()
    }
}

function PackedBytes([string] $Package, [string] $NotBelow) {
    $archive = [System.IO.Compression.ZipFile]::OpenRead($Package)
    try {
        ($archive.Entries | Where-Object { -not $_.FullName.StartsWith($NotBelow) } | Measure-Object CompressedLength -Sum).Sum
    }
    finally {
        $archive.Dispose()
    }
}

AssertHelp
$specification = Join-Path ([IO.Path]::GetTempPath()) "$([guid]::NewGuid()).nuspec"
$null = New-Item $Destination -ItemType Directory -Force
$package = Join-Path (Convert-Path $Destination) "QwenChat.$version.nupkg"
try {
    WriteSpecification $specification
    # dotnet pack requires a project, although the .nuspec file determines the contents.
    $arguments = @(
        'pack', (Join-Path $root src/QwenChat/QwenChat.csproj), '--no-build', '--configuration', 'Release', '--nologo', '--verbosity', 'quiet', '--output', $Destination
        # A module's DLLs are next to its manifest, not in lib as in a library package, so NU5100 does not apply.
        "-p:NuspecFile=$specification", '-p:NoWarn=NU5100'
    )
    dotnet @arguments
    if ($LASTEXITCODE) { throw 'Packing the module failed. See the lines above for the reason.' }
}
finally {
    Remove-Item $specification -Force
}

$bytes = PackedBytes $package -NotBelow 'Storage/'
if ($bytes -gt $maximumBytes) {
    Remove-Item $package
    throw "The module was not packed because the package without the Storage folder is $bytes bytes, larger than the maximum of $maximumBytes."
}
'{0}: {1:N0} bytes, {2:N0} without the Storage folder' -f $package, (Get-Item $package).Length, $bytes
