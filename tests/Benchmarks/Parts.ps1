<#
.SYNOPSIS
    Measures the time and allocations of individual parts with BenchmarkDotNet: event reader, protocol readers and writers, fold, planner, estimate.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/Parts.ps1
#>
[CmdletBinding()]
param(
    # Measures only parts whose full name matches this pattern. Example: *Planner*
    [string] $Filter = '*'
)

. (Join-Path $PSScriptRoot Common.ps1)
$folder = New-TemporaryFolder
try {
    # The pattern is quoted, because PowerShell would expand the asterisk to file names.
    $log = dotnet run --project (Join-Path $PSScriptRoot Parts) --configuration Release -- --filter "$Filter" --artifacts $folder
    # BenchmarkDotNet does not fail when nothing matches the filter.
    if ($LASTEXITCODE -or -not (Test-Path (Join-Path $folder results/*.csv))) { throw "The measurement failed:`n$($log -join "`n")" }
    function Get-Figure([string] $Text, [double] $Divisor = 1) { [Math]::Round([double]::Parse($Text, [cultureinfo]::InvariantCulture) / $Divisor, 3) }
    foreach ($row in Import-Csv (Join-Path $folder results/*.csv)) {
        if ($row.'Mean [ns]' -eq 'NA') {
            throw "$($row.Method) failed. For the reason, run: dotnet run --configuration Release --project tests/Benchmarks/Parts -- --filter *$($row.Method)"
        }
        [pscustomobject]@{
            Part            = $row.Method
            Api             = $row.Api
            # Only some parts have the parameter Turns, the length of the history.
            Turns           = if ($row.psobject.Properties['Turns'] -and $row.Turns -ne '?') { [int]$row.Turns }
            'Mean (µs)'     = Get-Figure $row.'Mean [ns]' 1000
            'Error (µs)'    = Get-Figure $row.'Error [ns]' 1000
            'Allocated (B)' = Get-Figure $row.'Allocated [B]'
        }
    }
}
finally {
    Remove-Item $folder -Recurse -Force
}
