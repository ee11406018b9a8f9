<#
.SYNOPSIS
    Measures how long it takes to stop a command, wherever it is: median and maximum, in milliseconds.
.DESCRIPTION
    The phases are those of tests/Commands/StopPhases.ps1, which the tests use too; turns go over all four APIs. "Stopped" is from the call
    that Ctrl+C makes to the end of the pipeline, "Closed" to the moment at which the service has no request of it open any more. Both
    share this process with the service and PowerShell's own work: stopping a pipeline that only sleeps is measured beside them.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/Stop.ps1
#>
[CmdletBinding()]
param(
    # How often each phase is stopped.
    [int] $Sample = 12
)

Set-StrictMode -Version 1
$ErrorActionPreference = 'Stop'
$root = Split-Path (Split-Path $PSScriptRoot)
$env:PSModulePath = (Join-Path $root output) + [IO.Path]::PathSeparator + $env:PSModulePath
. (Join-Path $root tests/Commands/Common.ps1)
. (Join-Path $root tests/Commands/StopPhases.ps1)
$emulator = Connect-TestEmulator -Emulator @{ Reply = { 'one two three four five six seven eight' } }

function Get-Median([double[]] $Value) { ($Value | Sort-Object)[[Math]::Floor($Value.Count / 2)] }
function New-Row([string] $Phase, [object[]] $Result) {
    $stopped, $closed = 'Elapsed', 'Closed' | ForEach-Object { $name = $_; , [double[]] @($Result | ForEach-Object { $_.$name.TotalMilliseconds }) }
    [pscustomobject]@{
        Phase     = $Phase
        'Stopped' = '{0:0.0}' -f (Get-Median $stopped)
        'Most'    = '{0:0.0}' -f ($stopped | Measure-Object -Maximum).Maximum
        'Closed'  = '{0:0.0}' -f (Get-Median $closed)
        'Most '   = '{0:0.0}' -f ($closed | Measure-Object -Maximum).Maximum
    }
}

try {
    $sleep = foreach ($i in 1..$Sample) { Invoke-AndStop { 'x'; Start-Sleep 60 } { @($_).Count } | Select-Object *, @{ Name = 'Closed'; Expression = { $_.Elapsed } } }
    $rows = @(New-Row 'a pipeline that sleeps (for comparison)' $sleep)
    foreach ($phase in $turnPhases) {
        $results = foreach ($api in 'ChatCompletions', 'Responses', 'Conversations', 'DashScope' | Where-Object { $_ -ne $phase.not }) { foreach ($i in 1..[Math]::Ceiling($Sample / 4)) { Invoke-StoppedPhase $phase -Api $api } }
        $results | ForEach-Object { Close-StoppedStore $_ }
        $rows += New-Row "a turn, $($phase.phase)" $results
    }
    foreach ($phase in $otherPhases) {
        $results = foreach ($i in 1..$Sample) { Invoke-StoppedPhase $phase }
        $results | ForEach-Object { Close-StoppedStore $_ }
        $rows += New-Row $phase.phase $results
    }
    $rows | Format-Table -AutoSize
}
finally {
    Stop-QwenEmulator
}
