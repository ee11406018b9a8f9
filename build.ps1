#Requires -Version 7.4
<#
.SYNOPSIS
    Builds, tests and shows QwenChat.
.DESCRIPTION
    Build  puts the importable module into output/QwenChat (the default).
    Test   builds, then runs xunit over everything below the commands, and Pester over the built module. Stores in PostgreSQL are tested too, with
           servers of the tests' own, where PostgreSQL is installed, or Node for PGlite.
    Demo   builds, then holds a conversation over each API with the emulator. Needs no key and no network.
    Docs   builds, then generates the commands' help, docs/help, from the pages in docs/en-US. Needs platyPS 0.14.
    Bench  builds, then runs the benchmarks and writes their results into docs/performance.md. Takes some minutes; nothing else should run meanwhile.
    Context  builds, then measures recall, estimates of tokens and the cost of policies, and writes the tables of docs/context.md. Takes a minute.
    Package  builds, then packs the module for the PowerShell Gallery into output/QwenChat.<version>.nupkg.
    Clean  removes what the other tasks made.

    Reliability, Fuzz, Walk, Load, Soak and Live take minutes to hours; what they measure they write into docs/reliability.md. They are the scripts
    of tests/Reliability, which say what they take: ./build.ps1 Fuzz -Minutes 10
.EXAMPLE
    ./build.ps1 Test
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Demo', 'Docs', 'Bench', 'Context', 'Package', 'Clean', 'Reliability', 'Fuzz', 'Walk', 'Load', 'Soak', 'Live')]
    [string] $Task = 'Build',

    # What the task's own script takes.
    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Argument = @()
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$output = Join-Path $PSScriptRoot 'output/QwenChat'
$results = Join-Path $PSScriptRoot 'TestResults'

# A run that tests fewer commands than this has lost them on its way, and is no success.
$fewestCommandTests = 1500

function Build {
    dotnet build src/QwenChat.Storage --configuration Release --nologo --verbosity quiet
    if ($LASTEXITCODE) { throw 'QwenChat could not be built; the lines above say why.' }
    if (Test-Path $output) { Remove-Item $output -Recurse -Force }
    $null = New-Item $output -ItemType Directory -Force
    $parts = 'QwenChat.psd1', 'LICENSE', 'CHANGELOG.md', 'src/QwenChat/*.format.ps1xml', 'src/QwenChat/bin/Release/net8.0/QwenChat.dll'
    Copy-Item ($parts | ForEach-Object { Join-Path $PSScriptRoot $_ }) $output
    BuildStorage
    BuildHelp
    "QwenChat is in $output"
}

# The help of the commands is generated from their pages by Docs, and kept; the about pages are laid out here.
function BuildHelp {
    $help = Join-Path $output en-US
    docs/about.ps1 -Output $help
    Copy-Item (Join-Path $PSScriptRoot docs/help/QwenChat.dll-Help.xml) $help
}

# The stores with their packages have a folder of their own; they are loaded from there when a store is first opened.
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
    # Their input closed, they end; as they do with this process.
    $servers = @(& tests/Postgres/Start.ps1)
    try {
        $unit = TestUnit
        $commands = TestCommands
    }
    finally {
        $servers | ForEach-Object { $_.StandardInput.Close() }
    }
    if ($commands.Passed + $commands.Failed -lt $fewestCommandTests) {
        "Only $($commands.Passed + $commands.Failed) tests of the commands ran, fewer than the $fewestCommandTests that there are: the run fails."
        $commands.Failed++
    }
    foreach ($reason in $unit.Reasons, $commands.Reasons | ForEach-Object { $_.GetEnumerator() }) { "Skipped, $($reason.Value): $($reason.Name)" }
    $passed, $failed, $skipped = 'Passed', 'Failed', 'Skipped' | ForEach-Object { $unit.$_ + $commands.$_ }
    "$passed passed, $failed failed, $skipped skipped"
    exit [int]($failed -gt 0)
}

function TestUnit {
    # A test that hangs is named and fails, instead of holding up whoever waits for the run.
    $hangs = '--blame-hang-timeout', '5m', '--blame-hang-dump-type', 'none'
    dotnet test tests/Unit --configuration Release --nologo --results-directory $results --logger 'trx;LogFileName=unit.trx' @hangs | Out-Host
    $exitCode = $LASTEXITCODE
    $counts = @{ Passed = 0; Failed = 0; Skipped = 0; Reasons = [ordered]@{} }
    $file = Join-Path $results 'unit.trx'
    if (Test-Path $file) {
        $run = [xml](Get-Content $file -Raw)
        $counters = $run.TestRun.ResultSummary.Counters
        $counts.Passed = [int]$counters.passed
        # What was skipped is in the total, but in no counter of its own.
        $counts.Skipped = [int]$counters.total - [int]$counters.executed
        $counts.Failed = [int]$counters.executed - [int]$counters.passed
        $run.SelectNodes('//*[local-name() = "UnitTestResult" and @outcome = "NotExecuted"]') |
            ForEach-Object { $_.SelectSingleNode('.//*[local-name() = "Message"]').InnerText } |
            Group-Object | ForEach-Object { $counts.Reasons[$_.Name] = $_.Count }
    }
    # A crash, or a test project that does not build, leaves no failed test behind.
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

# The module is only ever loaded in a process of its own, so that this session holds no lock on the file that the next build writes.
function FreshShell {
    # As a .NET tool PowerShell is a DLL that dotnet runs; there is no pwsh to start then.
    $shell = [Environment]::ProcessPath
    $start = @(if ((Split-Path $shell -LeafBase) -eq 'dotnet') { Join-Path $PSHOME 'pwsh.dll' })
    & $shell @start -NoProfile -NonInteractive @args
}

Push-Location $PSScriptRoot
try { & $Task } finally { Pop-Location }
