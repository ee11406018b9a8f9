<#
.SYNOPSIS
    Runs random sequences of all operations on conversations, and writes the results into docs/reliability.md.
.DESCRIPTION
    Runs sequences of steps with each API: messages, streams, stops, faults, items, undo, settings, copies, files, stores, expiry, deletions and late
    arrivals. A second session or process may use the same stored or attached conversation. The expected state of each conversation is computed
    independently. After every step, the expected state is compared with the transcript, the row and the model's input. A sequence that fails is shortened
    and saved in TestResults/walk with the command to replay it. Half of the time is for SQLite stores, and half for PostgreSQL. If no PostgreSQL
    server is available, all stores are SQLite files.
.EXAMPLE
    ./build.ps1 Walk -Minutes 10 -Seed 7
.EXAMPLE
    ./build.ps1 Walk -Replay TestResults/walk/1.txt
#>
[CmdletBinding()]
param(
    # The duration of the run in minutes.
    [double] $Minutes = 10,

    # The random seed; a different seed may produce different findings.
    [int] $Seed = [DateTime]::UtcNow.DayOfYear,

    # The file of a finding to replay, with a SQLite store.
    [string] $Replay,

    # Uses only SQLite stores.
    [switch] $NoPostgres
)

. $PSScriptRoot/Page.ps1
$folder = Join-Path $ResultFolder walk
foreach ($project in $PSScriptRoot, (Join-Path $RepositoryRoot src/QwenChat.Storage)) {
    dotnet build $project --configuration Release --nologo --verbosity quiet
    if ($LASTEXITCODE) { throw 'Building the walk failed. See the lines above for the reason.' }
}
# Uses a copy of the build, because other tasks may replace the build during the run.
$copy = Join-Path ([IO.Path]::GetTempPath()) "qwenchat-walk-$([guid]::NewGuid())"
Copy-Item (Join-Path $PSScriptRoot bin/Release/net8.0) $copy -Recurse
Copy-Item (Join-Path $RepositoryRoot src/QwenChat.Storage/bin/Release/net8.0) (Join-Path $copy Storage) -Recurse
$program = Join-Path $copy QwenChat.Tests.Reliability.dll
try {
    if ($Replay) {
        dotnet exec --roll-forward Major $program replay $Replay (Join-Path $copy Storage) $copy ''
        exit $LASTEXITCODE
    }
    if (Test-Path $folder) { Remove-Item $folder -Recurse -Force }
    $null = New-Item $folder -ItemType Directory -Force
    $given = $env:QWENCHAT_TEST_POSTGRES
    $server = if (-not $NoPostgres) { & (Join-Path $RepositoryRoot tests/Postgres/Start.ps1) }
    $stores = @(@{ Name = 'SQLite'; Address = '' }
    if (-not $NoPostgres -and $env:QWENCHAT_TEST_POSTGRES) { @{ Name = 'PostgreSQL'; Address = $env:QWENCHAT_TEST_POSTGRES } })
    $failed = 0
    $rows = foreach ($store in $stores) {
        $share = ($Minutes / $stores.Count).ToString([cultureinfo]::InvariantCulture)
        "Walking with $($store.Name) for $share minutes." | Out-Host
        $line = dotnet exec --roll-forward Major $program walk $share $Seed (Join-Path $copy Storage) (Join-Path $folder $store.Name) $store.Address |
            Select-Object -Last 1
        if ($LASTEXITCODE -notin 0, 1) { throw 'The walk ended early. See the lines above for the reason.' }
        foreach ($api in $line | ConvertFrom-Json) {
            $failed += $api.findings
            "| $($store.Name) | $($api.api) | $(Format-Count $api.sequences) | $(Format-Count $api.steps) | $($api.findings) |"
        }
    }
    $rows | Out-Host
    if ($server) { $server.StandardInput.Close(); $env:QWENCHAT_TEST_POSTGRES = $given }
    # Short runs are for debugging and do not update the page.
    if ($Minutes -ge 1 -and $stores.Count -gt 1) {
        Set-PagePart walk @(
            Get-RunLine "Written by ``build.ps1 Walk -Minutes $Minutes -Seed $Seed``"
            ''
            '| store | API of the first conversation | sequences | steps | findings |'
            '|---|---|--:|--:|--:|'
            $rows
        )
    }
    if ($failed) { "There are findings. Each finding is a file in $folder." }
    exit [int]($failed -gt 0)
}
finally {
    Remove-Item $copy -Recurse -Force -ErrorAction Ignore
}
