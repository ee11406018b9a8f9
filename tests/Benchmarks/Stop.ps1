<#
.SYNOPSIS
    Measures how long it takes to stop a command in each phase: median and maximum, in milliseconds.
.DESCRIPTION
    The phases are in tests/Commands/StopPhases.ps1. Turns are sent with all four APIs. "Stopped" is the time from the call that Ctrl+C makes to the end
    of the pipeline. "Closed" is the time from that call until no request of the command is open on the service.
    The times include the work of the service and of PowerShell in this process, so stopping a sleeping pipeline is measured for comparison. The
    goal applies to the slowest phase.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/Stop.ps1
#>
[CmdletBinding()]
param(
    # The number of stops in each phase.
    [int] $Sample = 12
)

. (Join-Path $PSScriptRoot Common.ps1)
# A phase contains only the keys that it needs. Strict mode version 1 allows access to missing keys.
Set-StrictMode -Version 1
. (Join-Path $root tests/Commands/Common.ps1)
. (Join-Path $root tests/Commands/StopPhases.ps1)

function New-StopRow([string] $Phase, [object[]] $Result, [Nullable[double]] $AtMost = 100) {
    $stopped, $closed = foreach ($name in 'Elapsed', 'Closed') { , [double[]] @($Result | ForEach-Object { $_.$name.TotalMilliseconds }) }
    $most = [Linq.Enumerable]::Max($closed)
    [pscustomobject]@{
        Phase              = $Phase
        'Stopped (ms)'     = [Math]::Round((Get-Median $stopped), 1)
        'Stopped, maximum' = [Math]::Round([Linq.Enumerable]::Max($stopped), 1)
        'Closed (ms)'      = [Math]::Round((Get-Median $closed), 1)
        'Closed, maximum'  = [Math]::Round($most, 1)
        Goal               = if ($AtMost) { "≤ $AtMost ms" }
        Met                = if ($AtMost) { $most -le $AtMost }
    }
}

# The commands are stopped in other runspaces, which find the module through this variable.
$env:PSModulePath = (Join-Path $root output) + [IO.Path]::PathSeparator + $env:PSModulePath
$emulator = Connect-TestEmulator -Emulator @{ Reply = { 'one two three four five six seven eight' } }
try {
    # Start-Sleep 0 loads the module of Start-Sleep before the stop. The first result is discarded, because it includes compilation.
    $results = foreach ($i in 0..$Sample) { Invoke-AndStop { Start-Sleep 0; 'x'; Start-Sleep 60 } { @($_).Count } |
        Select-Object *, @{ Name = 'Closed'; Expression = { $_.Elapsed } } }
    New-StopRow 'A pipeline that sleeps, for comparison' $results[1..$Sample] -AtMost $null
    foreach ($phase in $turnPhases) {
        $results = foreach ($api in 'ChatCompletions', 'Responses', 'Conversations', 'DashScope' |
            Where-Object { $_ -ne $phase.not -and $phase.only -in $null, $_ }) {
            foreach ($i in 1..[Math]::Ceiling($Sample / 4)) { Invoke-StoppedPhase $phase -Api $api }
        }
        $results | ForEach-Object { Close-StoppedStore $_ }
        New-StopRow "A turn, $($phase.phase)" $results
    }
    foreach ($phase in $otherPhases) {
        $results = foreach ($i in 1..$Sample) { Invoke-StoppedPhase $phase }
        $results | ForEach-Object { Close-StoppedStore $_ }
        New-StopRow ($phase.phase.Substring(0, 1).ToUpperInvariant() + $phase.phase.Substring(1)) $results
    }
}
finally {
    Stop-QwenEmulator
}
