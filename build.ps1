#Requires -Version 7.4
<#
.SYNOPSIS
    Builds, tests and demonstrates QwenChat.
.DESCRIPTION
    Build  builds the importable module in output/QwenChat (the default).
    Test   builds, then runs the unit tests with xunit, and tests the built module with Pester. PostgreSQL stores are tested only if PostgreSQL or
           Node (for PGlite) is installed, or if an environment variable specifies a server (see tests/Postgres/Start.ps1).
    Demo   builds, then runs a conversation with each API against the emulator. Needs no key and no network.
    Docs   builds, then generates the command help in docs/help from the pages in docs/en-US. Requires platyPS 0.14.
    Bench  builds, then runs the benchmarks and writes the results to docs/performance.md. Takes several minutes; run it on an otherwise idle machine.
    Context  builds, then measures recall, token estimates and the cost of policies, and writes the tables in docs/context.md. Takes about a minute.
    Package  builds, then packs the module for the PowerShell Gallery as output/QwenChat.<version>.nupkg.
    Clean  removes the output of the other tasks.

    Reliability, Fuzz, Walk, Load, Soak and Live take minutes to hours, and write their results to docs/reliability.md. They run the scripts in
    tests/Reliability, which document their parameters: ./build.ps1 Fuzz -Minutes 10
.EXAMPLE
    ./build.ps1 Test
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Demo', 'Docs', 'Bench', 'Context', 'Package', 'Clean', 'Reliability', 'Fuzz', 'Walk', 'Load', 'Soak', 'Live')]
    [string] $Task = 'Build',

    # The parameters to pass to the task's script.
    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Argument = @()
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$output = Join-Path $PSScriptRoot 'output/QwenChat'
$results = Join-Path $PSScriptRoot 'TestResults'

# The minimum number of command tests. If fewer tests run, some were not found, and the task fails.
$fewestCommandTests = 1500

function Build {
    dotnet build src/QwenChat.Storage --configuration Release --nologo --verbosity quiet
    if ($LASTEXITCODE) { throw 'Building QwenChat failed. See the lines above for the reason.' }
    if (Test-Path $output) { Remove-Item $output -Recurse -Force }
    $null = New-Item $output -ItemType Directory -Force
    $parts = 'QwenChat.psd1', 'LICENSE', 'CHANGELOG.md', 'src/QwenChat/*.format.ps1xml', 'src/QwenChat/bin/Release/net8.0/QwenChat.dll'
    Copy-Item ($parts | ForEach-Object { Join-Path $PSScriptRoot $_ }) $output
    BuildStorage
    BuildHelp
    "QwenChat is in $output"
}

# Copies the committed command help, which the Docs task generates, and formats the about pages.
function BuildHelp {
    $help = Join-Path $output en-US
    docs/about.ps1 -Output $help
    Copy-Item (Join-Path $PSScriptRoot docs/help/QwenChat.dll-Help.xml) $help
}

# The storage assembly and its packages are loaded only when a store is opened, so they are in a separate folder.
function BuildStorage {
    $storage = Join-Path $PSScriptRoot 'src/QwenChat.Storage/bin/Release/net8.0'
    $null = New-Item (Join-Path $output Storage) -ItemType Directory
    Copy-Item (Join-Path $storage '*') (Join-Path $output Storage) -Recurse -Exclude *.pdb, *.xml, QwenChat.dll
}

function Test {
    if (Test-Path $results) { Remove-Item $results -Recurse -Force }
    try {
        Build
    }
    catch {
        Write-Error $_ -ErrorAction Continue
        '0 passed, 1 failed, 0 skipped'
        exit 1
    }
    # The servers stop when their standard input is closed, or when this process ends.
    $servers = @(& tests/Postgres/Start.ps1)
    try {
        $unit = TestUnit
        $commands = TestCommands
    }
    finally {
        $servers | ForEach-Object { $_.StandardInput.Close() }
    }
    if ($commands.Passed + $commands.Failed -lt $fewestCommandTests) {
        "Only $($commands.Passed + $commands.Failed) command tests ran, fewer than the minimum of ${fewestCommandTests}, so the run fails."
        $commands.Failed++
    }
    foreach ($reason in $unit.Reasons, $commands.Reasons | ForEach-Object { $_.GetEnumerator() }) { "Skipped, $($reason.Value): $($reason.Name)" }
    $passed, $failed, $skipped = 'Passed', 'Failed', 'Skipped' | ForEach-Object { $unit.$_ + $commands.$_ }
    "$passed passed, $failed failed, $skipped skipped"
    exit [int]($failed -gt 0)
}

function TestUnit {
    # A hanging test fails instead of blocking the run.
    $hangs = '--blame-hang-timeout', '5m', '--blame-hang-dump-type', 'none'
    dotnet test tests/Unit --configuration Release --nologo --results-directory $results --logger 'trx;LogFileName=unit.trx' @hangs | Out-Host
    $exitCode = $LASTEXITCODE
    $counts = @{ Passed = 0; Failed = 0; Skipped = 0; Reasons = [ordered]@{} }
    $file = Join-Path $results 'unit.trx'
    if (Test-Path $file) {
        $run = [xml](Get-Content $file -Raw)
        $counters = $run.TestRun.ResultSummary.Counters
        $counts.Passed = [int]$counters.passed
        # The total includes skipped tests, which have no counter of their own.
        $counts.Skipped = [int]$counters.total - [int]$counters.executed
        $counts.Failed = [int]$counters.executed - [int]$counters.passed
        $run.SelectNodes('//*[local-name() = "UnitTestResult" and @outcome = "NotExecuted"]') |
            ForEach-Object { $_.SelectSingleNode('.//*[local-name() = "Message"]').InnerText } |
            Group-Object | ForEach-Object { $counts.Reasons[$_.Name] = $_.Count }
    }
    # A crash or a build error counts as one failed test.
    if ($exitCode -and $counts.Failed -eq 0) { $counts.Failed = 1 }
    $counts
}

function TestCommands {
    $file = Join-Path $results 'commands.json'
    FreshShell -File (Join-Path $PSScriptRoot 'tests/Commands/Run.ps1') -ResultPath $file | Out-Host
    if (Test-Path $file) { Get-Content $file -Raw | ConvertFrom-Json -AsHashtable } else { @{ Passed = 0; Failed = 1; Skipped = 0; Reasons = @{} } }
}

function Demo {
    Build
    FreshShell -File (Join-Path $PSScriptRoot 'docs/examples/demo.ps1')
    exit $LASTEXITCODE
}

function Docs {
    Build
    FreshShell -File (Join-Path $PSScriptRoot docs/help.ps1)
    if ($LASTEXITCODE) { exit $LASTEXITCODE }
    BuildHelp
}

function Package {
    Build
    FreshShell -File (Join-Path $PSScriptRoot 'packaging/package.ps1')
    exit $LASTEXITCODE
}

function Bench {
    Build
    FreshShell -File (Join-Path $PSScriptRoot 'tests/Benchmarks/Run.ps1')
    exit $LASTEXITCODE
}

function Context {
    Build
    FreshShell -File (Join-Path $PSScriptRoot 'tests/Benchmarks/Context.ps1') -Update
    if ($LASTEXITCODE) { exit $LASTEXITCODE }
    FreshShell -File (Join-Path $PSScriptRoot 'tests/Benchmarks/ContextCost.ps1') -Update
    exit $LASTEXITCODE
}

function Reliability { RunLong Matrix }
function Fuzz { RunLong Fuzz }

function Walk { RunLong Walk }
function Load { RunLong Load }
function Soak { RunLong Soak }
function Live { RunLong Live }

function RunLong([string] $Name) {
    Build
    FreshShell -File (Join-Path $PSScriptRoot "tests/Reliability/$Name.ps1") @Argument
    exit $LASTEXITCODE
}

function Clean {
    'output', 'TestResults' | ForEach-Object { Join-Path $PSScriptRoot $_ } | Where-Object { Test-Path $_ } | Remove-Item -Recurse -Force
    Get-ChildItem $PSScriptRoot -Recurse -Directory -Include bin, obj, node_modules | Remove-Item -Recurse -Force
}

# The module is loaded only in separate processes. Otherwise, this session would lock the file that the next build overwrites.
function FreshShell {
    # If PowerShell is installed as a .NET tool, it is a DLL that dotnet runs, and there is no pwsh executable.
    $shell = [Environment]::ProcessPath
    $start = @(if ((Split-Path $shell -LeafBase) -eq 'dotnet') { Join-Path $PSHOME 'pwsh.dll' })
    & $shell @start -NoProfile -NonInteractive @args
}

Push-Location $PSScriptRoot
try { & $Task } finally { Pop-Location }
