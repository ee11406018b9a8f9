# Functions shared by the tasks in this folder. Dot-source this file:  . $PSScriptRoot/Page.ps1

$ErrorActionPreference = 'Stop'
$RepositoryRoot = Split-Path (Split-Path $PSScriptRoot)
$ResultFolder = Join-Path $RepositoryRoot TestResults
$env:PSModulePath = (Join-Path $RepositoryRoot output) + [IO.Path]::PathSeparator + $env:PSModulePath

# Writes a task's results into docs/reliability.md, between <!-- name --> and <!-- /name -->.
function Set-PagePart {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory)] [string] $Name, [Parameter(Mandatory)] [AllowEmptyString()] [string[]] $Line)

    $path = Join-Path $RepositoryRoot docs/reliability.md
    $page = Get-Content $path -Raw
    $begin, $end = "<!-- $Name -->`n", "<!-- /$Name -->"
    $from, $to = $page.IndexOf($begin), $page.IndexOf($end)
    if ($from -lt 0 -or $to -lt $from) { throw "docs/reliability.md does not contain the markers of '$Name': $($begin.Trim()) … $end." }
    $page = $page.Substring(0, $from) + $begin + ($Line -join "`n") + "`n" + $page.Substring($to)
    if ($PSCmdlet.ShouldProcess($path, "Write the part '$Name'")) { [IO.File]::WriteAllText($path, $page) }
}

# Returns a line with the date and the platform of a run.
function Get-RunLine {
    param([string] $What)

    $processor = [Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture
    "_$What; $([DateTime]::UtcNow.ToString('yyyy-MM-dd')), $([Runtime.InteropServices.RuntimeInformation]::OSDescription.Split(' ')[0]) $processor, $([Environment]::ProcessorCount) processors, PowerShell $($PSVersionTable.PSVersion)._"
}

# Formats a number with thousands separators, regardless of the culture.
function Format-Count([double] $Number, [int] $Digits = 0) { $Number.ToString("N$Digits", [cultureinfo]::InvariantCulture) }

# Returns the memory in use after garbage collection.
function Get-UsedMemory {
    foreach ($i in 1..3) {
        [GC]::Collect()
        [GC]::WaitForPendingFinalizers()
    }
    [GC]::GetTotalMemory($true)
}

# Returns the resources of this process: memory in MB, handles, threads.
function Get-ProcessState {
    $managed = (Get-UsedMemory) / 1MB
    $process = [Diagnostics.Process]::GetCurrentProcess()
    [pscustomobject]@{ Managed = $managed; WorkingSet = $process.WorkingSet64 / 1MB; Handles = $process.HandleCount; Threads = $process.Threads.Count }
    $process.Dispose()
}
