<#
.SYNOPSIS
    Runs all fault tests, and writes the number of cases into docs/reliability.md.
.DESCRIPTION
    Each xunit test in tests/Unit/Faults writes its number of cases, and FaultMatrix.Tests.ps1 saves its number in TestResults. The table also contains
    failures. If there are failures, the task fails.
.EXAMPLE
    ./build.ps1 Reliability
#>
[CmdletBinding()]
param()

. $PSScriptRoot/Page.ps1
$watch = [Diagnostics.Stopwatch]::StartNew()
$apis = 'ChatCompletions', 'Responses', 'Conversations', 'DashScope'
$trx, $path = 'faults.trx', 'faults-commands.json' | ForEach-Object { Join-Path $ResultFolder $_ }
# Results of an earlier run must not be used.
Remove-Item $trx, $path, (Join-Path $ResultFolder *.cases) -ErrorAction Ignore

dotnet test (Join-Path $RepositoryRoot tests/Unit) --configuration Release --nologo --filter 'FullyQualifiedName~QwenChat.Tests.Faults' --results-directory $ResultFolder --logger 'trx;LogFileName=faults.trx' | Out-Host
$unitSeconds = $watch.Elapsed.TotalSeconds
$results = ([xml](Get-Content $trx -Raw)).TestRun.Results.UnitTestResult
$cases = foreach ($result in $results) {
    $null = $result.testName -match
        '^QwenChat\.Tests\.Faults\.(?<class>\w+)\.(?<test>\w+)\((?<values>.*)\)$|^QwenChat\.Tests\.Faults\.(?<class>\w+)\.(?<test>\w+)$'
    [pscustomobject]@{
        Test   = $Matches.test
        # If the test name has no API, the test covers the Conversations API or is independent of the API.
        Api    = if ($Matches.values -match 'api: (\w+)') { $Matches[1] } elseif ($result.testName -match 'Getters|DamagedRow|StoreFile|PathTests') {
            '' } else { 'Conversations' }
        Count  = if ("$($result.Output.StdOut)" -match 'cases: (\d+)') { [int] $Matches[1] } else { 0 }
        Failed = $result.outcome -ne 'Passed'
    }
}
# A test that does not count cases has no row of its own, but its failures are included.
$rows = foreach ($test in $cases | Group-Object Test | Where-Object { ($_.Group | Measure-Object Count -Sum).Sum -or $_.Group.Failed -contains $true } |
    Sort-Object Name) {
    $counts = foreach ($api in $apis) { Format-Count ($test.Group | Where-Object Api -EQ $api | Measure-Object Count -Sum).Sum }
    "| $($test.Name -replace '_', ' ') | $($counts -join ' | ') | $(Format-Count ($test.Group | Measure-Object Count -Sum).Sum) | $(@($test.Group | Where-Object Failed).Count) |"
}
$total = ($cases | Measure-Object Count -Sum).Sum

$watch.Restart()
$files = 'FaultMatrix', 'Faults', 'Stop', 'Key', 'DuringTurn', 'StoreFile' | ForEach-Object { Join-Path $RepositoryRoot "tests/Commands/$_.Tests.ps1" }
$shell = [Environment]::ProcessPath
$start = @(if ((Split-Path $shell -LeafBase) -eq 'dotnet') { Join-Path $PSHOME 'pwsh.dll' })
$commandRows = foreach ($file in $files) {
    & $shell @start -NoProfile -NonInteractive -File (Join-Path $RepositoryRoot tests/Commands/Run.ps1) -Path $file -ResultPath $path | Out-Host
    $counts = Get-Content $path -Raw | ConvertFrom-Json
    $tried = Join-Path $ResultFolder "$(Split-Path $file -LeafBase).cases"
    [pscustomobject]@{ Name = Split-Path $file -Leaf; Passed = $counts.Passed; Failed = $counts.Failed
    Cases = if (Test-Path $tried) { [int](Get-Content $tried) } else { $counts.Passed } }
}
$failed = @($cases | Where-Object Failed).Count + ($commandRows | Measure-Object Failed -Sum).Sum

Set-PagePart matrix @(
    Get-RunLine "Written by ``build.ps1 Reliability``: $(Format-Count $total) cases in xunit in $(Format-Count $unitSeconds) s, $(Format-Count ($commandRows | Measure-Object Cases -Sum).Sum) with the commands in $(Format-Count $watch.Elapsed.TotalSeconds) s, $failed failed"
    ''
    '| case | Chat Completions | Responses | Conversations | DashScope | all | failed |'
    '|---|--:|--:|--:|--:|--:|--:|'
    $rows
    ''
    '| with the commands | tests | cases | failed |'
    '|---|--:|--:|--:|'
    $commandRows | ForEach-Object { "| $($_.Name) | $($_.Passed) | $(Format-Count $_.Cases) | $($_.Failed) |" }
)
"$(Format-Count $total) cases in xunit, $failed failed."
exit [int]($failed -gt 0)
