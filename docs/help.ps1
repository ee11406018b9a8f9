<#
.SYNOPSIS
    Makes what Get-Help shows out of the pages in docs/en-US. With -Update first brings the pages up to date with the built commands.
.DESCRIPTION
    The pages are in platyPS' own form (schema 2.0.0), which both platyPS 0.14 and Microsoft.PowerShell.PlatyPS read; only the former
    writes it. The two cannot be loaded into one session. Started by build.ps1 in a process of its own.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Output,

    [switch] $Update
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$docs = Join-Path $PSScriptRoot 'en-US'
$null = New-Item $docs, $Output -ItemType Directory -Force

function FindModule([string] $Name) {
    Get-Module $Name -ListAvailable | Sort-Object Version -Descending | Select-Object -First 1
}

if ($Update) {
    if (-not (FindModule platyPS)) {
        throw 'The pages are kept up to date with platyPS 0.14, which is not installed. Run: Install-PSResource platyPS -Version 0.14.2'
    }
    Import-Module platyPS
    Import-Module (Join-Path $PSScriptRoot '../output/QwenChat/QwenChat.psd1')
    foreach ($command in Get-Command -Module QwenChat) {
        $page = Join-Path $docs "$command.md"
        if (Test-Path $page) {
            $null = Update-MarkdownHelp $page -AlphabeticParamsOrder
        }
        else {
            $null = New-MarkdownHelp -Command $command.Name -OutputFolder $docs -AlphabeticParamsOrder
            "A new page to fill in: $page"
        }
        # platyPS 0.14 is older than the common parameter -ProgressAction and takes it for one of the command's own.
        $text = (Get-Content $page -Raw) -replace '(?ms)^### -ProgressAction\r?$.*?(?=^##)', '' -replace '\s*\[-ProgressAction <ActionPreference>\]', ''
        Set-Content $page ($text -replace '\r\n', "`n") -NoNewline
    }
}

# Get-Help shows an about page as it is; Markdown reads well enough there, but for the comments that docs/check.ps1 reads.
foreach ($page in Get-ChildItem $docs -Filter about_*.md) {
    (Get-Content $page -Raw) -replace '(?s)<!--.*?-->\r?\n' | Set-Content (Join-Path $Output "$($page.BaseName).help.txt") -NoNewline
}

$pages = @(Get-ChildItem $docs -Filter *-*.md | ForEach-Object FullName)
if (-not $pages) {
    return
}
if (FindModule platyPS) {
    Import-Module platyPS
    $null = New-ExternalHelp $pages -OutputPath $Output -Force
}
elseif (FindModule Microsoft.PowerShell.PlatyPS) {
    Import-Module Microsoft.PowerShell.PlatyPS
    $temporary = New-Item (Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid())) -ItemType Directory
    try {
        # Unlike platyPS it takes comments for text.
        $clean = foreach ($page in $pages) {
            $copy = Join-Path $temporary (Split-Path $page -Leaf)
            (Get-Content $page -Raw) -replace '(?s)<!--.*?-->\r?\n' | Set-Content $copy -NoNewline
            $copy
        }
        $null = Import-MarkdownCommandHelp $clean | Export-MamlCommandHelp -OutputFolder $temporary -Force
        Copy-Item (Join-Path $temporary QwenChat/*) $Output
    }
    finally {
        Remove-Item $temporary -Recurse -Force
    }
}
else {
    'Help for the commands was not built, since PlatyPS is not installed. To have it: Install-PSResource Microsoft.PowerShell.PlatyPS'
}
