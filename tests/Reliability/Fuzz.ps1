<#
.SYNOPSIS
    Fuzzes all readers of external input, and writes the results into docs/reliability.md.
.DESCRIPTION
    The module's assembly is instrumented with SharpFuzz. Inputs that take a new branch are kept and mutated further. The seeds are the repository's
    samples, recorded traffic if it is available next to the repository, and files written by the module. An input is a finding if it breaks a rule or
    causes an exception other than QwenException. Findings are saved in TestResults/fuzz.
.EXAMPLE
    ./build.ps1 Fuzz -Minutes 10
#>
[CmdletBinding()]
param(
    # The duration for each group, in minutes.
    [double] $Minutes = 10,

    # The random seed; a different seed may produce different findings.
    [int] $Seed = [DateTime]::UtcNow.DayOfYear,

    # The groups to fuzz: events (the event reader), protocols, import, catalogue, pages (exports of model output). By default, all groups are fuzzed.
    [string[]] $Group
)

. $PSScriptRoot/Page.ps1
$allGroups = 'events', 'protocols', 'import', 'catalogue', 'pages'
# A list that is passed from another process or through build.ps1 is a single string.
$Group = if ($Group) { $Group -split '[ ,]+' } else { $allGroups }
if ($unknown = $Group | Where-Object { $_ -notin $allGroups }) { throw "There is no group '$unknown'. The groups are: $allGroups." }
$folder = Join-Path $ResultFolder fuzz
dotnet build $PSScriptRoot --configuration Release --nologo --verbosity quiet
if ($LASTEXITCODE) { throw 'Building the fuzzer failed. See the lines above for the reason.' }
# Instruments a copy of the build, because other tasks may replace the build during the run.
$copy = Join-Path $folder bin
if (Test-Path $folder) { Remove-Item $folder -Recurse -Force }
$null = New-Item $folder -ItemType Directory -Force
Copy-Item (Join-Path $PSScriptRoot bin/Release/net8.0) $copy -Recurse
$failed = 0
$rows = foreach ($one in $Group) {
    "Fuzzing $one for $Minutes minutes." | Out-Host
    $line = dotnet (Join-Path $copy QwenChat.Tests.Reliability.dll) fuzz $one $Minutes.ToString([cultureinfo]::InvariantCulture) $Seed $folder |
        Select-Object -Last 1
    $crashed = $LASTEXITCODE -notin 0, 1
    if ($crashed) {
        $failed++
        "| $one | | | | | | the process ended; its last input is in TestResults/fuzz/$one.last |"
        continue
    }
    foreach ($target in $line | ConvertFrom-Json) {
        $failed += $target.findings
        "| $one | $($target.target) | $(Format-Count ($target.seconds / 60) 1) | $(Format-Count $target.runs) | $($target.seeds) → $(Format-Count $target.corpus) | $(Format-Count $target.branches) | $($target.findings) |"
    }
}
$rows | Out-Host
# Very short runs, and runs with only some groups, are for debugging. They do not update the page.
if ($Group.Count -eq $allGroups.Count -and $Minutes -ge 1) {
    Set-PagePart fuzz @(
        Get-RunLine "Written by ``build.ps1 Fuzz -Minutes $Minutes``, seed $Seed"
        ''
        '| group | reader | minutes | inputs | corpus | branches | findings |'
        '|---|---|--:|--:|--:|--:|--:|'
        $rows
    )
}
if ($failed) { "There are findings. Each finding is a file in $folder." }
exit [int]($failed -gt 0)
