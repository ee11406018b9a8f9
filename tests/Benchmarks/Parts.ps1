<#
.SYNOPSIS
    Measures the parts with BenchmarkDotNet: event reader, protocol readers and writers, fold, planner, estimate. Time and allocations.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/Parts.ps1
#>
[CmdletBinding()]
param()

. (Join-Path $PSScriptRoot Common.ps1)
$folder = Join-Path ([IO.Path]::GetTempPath()) "qwenchat-$([guid]::NewGuid())"
try {
    dotnet (Get-Built Parts) --filter '*' --artifacts $folder | Out-Null
    if ($LASTEXITCODE) { throw 'The measuring failed. To see why: dotnet run --configuration Release --project tests/Benchmarks/Parts' }
    $rows = @(Import-Csv (Join-Path $folder results/*.csv))
    # The unit in the header is written with the Greek letter in some versions, and with a u in others.
    $mean, $spread = 'Mean', 'Error' | ForEach-Object { $rows[0].psobject.Properties.Name -like "$_ *" | Select-Object -First 1 }
    foreach ($row in $rows) {
        [pscustomobject]@{
            Part             = $row.Method
            Api              = $row.Api
            Turns            = $row.Turns -replace '\?', ''
            'Mean (µs)'      = [double]::Parse($row.$mean, [cultureinfo]::InvariantCulture)
            'Error (µs)'     = $row.$spread
            'Allocated (B)'  = [double]::Parse($row.'Allocated [B]', [cultureinfo]::InvariantCulture)
        }
    }
}
finally {
    if (Test-Path $folder) { Remove-Item $folder -Recurse -Force }
}
