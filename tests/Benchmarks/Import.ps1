<#
.SYNOPSIS
    Measures Import-Module QwenChat in new processes, compared with a module that has one cmdlet and one format file.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/Import.ps1
#>
[CmdletBinding()]
param(
    # The number of imports of each module.
    [int] $Sample = 15
)

. (Join-Path $PSScriptRoot Common.ps1)

$import = {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    Import-Module $args[0]
    $watch.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)
}
$minimal = Join-Path (Split-Path (Get-Built Minimal)) Minimal.psd1
$times = foreach ($i in 1..$Sample) {
    [pscustomobject]@{ Ours = [double](Invoke-Fresh $import $manifest); Baseline = [double](Invoke-Fresh $import $minimal) }
}
New-BenchmarkRow 'Import-Module QwenChat; baseline: a module of one cmdlet and one format file' (Get-Median $times.Ours) (
    Get-Median $times.Baseline) -AtMost 1.5 -AtMostValue 60
