<#
.SYNOPSIS
    Runs the Pester tests over output/QwenChat. Started by build.ps1 in a fresh process; on its own it may be run after a build.
.DESCRIPTION
    One file is run in this process, several in processes of their own, each of which takes the next file that no other has taken. What is
    said of a file is shown when the file is done, so that it stays together.
.EXAMPLE
    pwsh -NoProfile -File tests/Commands/Run.ps1 -Path tests/Commands/Module.Tests.ps1
#>
[CmdletBinding()]
param(
    # The tests to run.
    [string[]] $Path = $PSScriptRoot,

    # Only tests whose full name is like this. They are run in this process.
    [string[]] $FullName = @(),

    # Where to write the counts, as JSON.
    [string] $ResultPath,

    # How many processes run several files: two at the least, since many tests wait for something.
    [ValidateRange(1, 64)]
    [int] $ProcessCount = [Math]::Clamp([Environment]::ProcessorCount, 2, 4),

    # For the processes that this script starts: the folder that names the files.
    [string] $Queue
)

# No strict mode and no other preference is set here: run by -File, this scope is the tests' too, and they are to run as users do.
$root = Split-Path (Split-Path $PSScriptRoot)

# What the user has set up must not reach the tests: neither a key, nor an installed QwenChat.
Get-ChildItem Env: | Where-Object Name -Match '^(DASHSCOPE|QWEN(?!CHAT_TEST)|OPENAI)' | Remove-Item
# Nor must a catalogue that the user updated, and no test may write into that folder.
$env:QWENCHAT_HOME = Join-Path ([IO.Path]::GetTempPath()) "qwenchat-tests-$PID"
# Child runspaces and jobs find the same modules through this.
$env:PSModulePath = (@((Join-Path $root output), (Join-Path $PSScriptRoot Modules/bin)) + $env:PSModulePath) -join [IO.Path]::PathSeparator

# NuGet brings Pester, in the version that Directory.Packages.props names.
function ImportPester {
    $packages = [xml](Get-Content (Join-Path $root Directory.Packages.props) -Raw)
    $version = $packages.SelectSingleNode('//PackageVersion[@Include="Pester"]').Version
    $module = Join-Path $PSScriptRoot "Modules/bin/Pester/$version/Pester.psd1"
    if (-not (Test-Path $module)) {
        dotnet build (Join-Path $PSScriptRoot Modules) --nologo --verbosity quiet | Out-Host
        if ($LASTEXITCODE) { throw "NuGet could not restore Pester $version; the lines above say why." }
    }
    Import-Module $module -ErrorAction Stop
}

# Runs files in this process.
function InvokeTests([string[]] $File) {
    $configuration = New-PesterConfiguration
    $configuration.Run.Path = $File
    $configuration.Run.PassThru = $true
    $configuration.Filter.FullName = $FullName
    $configuration.Output.Verbosity = 'Normal'
    if ($Queue) { $configuration.Output.RenderMode = 'Plaintext' }
    $run = Invoke-Pester -Configuration $configuration
    $reasons = [ordered]@{}
    $run.Tests | Where-Object Result -EQ Skipped | ForEach-Object { SkipReason $_ } | Group-Object | ForEach-Object { $reasons[$_.Name] = $_.Count }
    [pscustomobject]@{
        Passed  = $run.PassedCount
        # A file that cannot be read, or a set-up that fails, is a failure though no test of its own reports it.
        Failed  = [Math]::Max($run.FailedCount + $run.FailedContainersCount, $run.FailedBlocksCount)
        Skipped = $run.SkippedCount
        Reasons = $reasons
    }
}

# Why a test was skipped: its own words, or the tag 'needs …' of the test or of a block around it.
function SkipReason($Test) {
    if ($Test.ErrorRecord) { return "$($Test.ErrorRecord[0].Exception.Message)" -replace '^is skipped, because ' }
    for ($part = $Test; $part; $part = $part.Block ?? $part.Parent) {
        $need = @($part.Tag) -match '^needs ' | Select-Object -First 1
        if ($need) { return $need }
    }
    'no reason given'
}

# Runs files in processes of their own.
function InvokeInProcesses([string[]] $File) {
    $folder = New-Item (Join-Path ([IO.Path]::GetTempPath()) "qwenchat-$([guid]::NewGuid())") -ItemType Directory
    # The longest first, so that no process is left alone with one of them.
    $longest = 'Help', 'Stop', 'Scripts', 'Key', 'Store', 'Enter-QwenChat', 'Package', 'Faults', 'FaultMatrix', 'Examples', 'Recall', 'Export-QwenConversation',
        'Show', 'Habits', 'Module'
    $place = { $at = $longest.IndexOf(((Split-Path $_ -Leaf) -replace '\.Tests\.ps1$')); if ($at -lt 0) { $longest.Count } else { $at } }
    $number = 0
    foreach ($one in $File | Sort-Object $place) { Set-Content (Join-Path $folder ('{0:000}.file' -f $number++)) $one }
    # As a .NET tool PowerShell is a DLL that dotnet runs; there is no pwsh to start then.
    $shell = [Environment]::ProcessPath
    $arguments = @(if ((Split-Path $shell -LeafBase) -eq 'dotnet') { Join-Path $PSHOME pwsh.dll }) + '-NoProfile', '-NonInteractive', '-File', $PSCommandPath,
        '-Queue', "$folder"
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $sum = [pscustomobject]@{ Passed = 0; Failed = 0; Skipped = 0; Reasons = [ordered]@{} }
    $left = [Collections.Generic.HashSet[string]] $File
    1..$ProcessCount | ForEach-Object -ThrottleLimit $ProcessCount -Parallel {
        $lines = [Collections.Generic.List[string]]::new()
        & $using:shell @using:arguments 2>&1 | ForEach-Object {
            if ("$_"[0] -ne [char] 1) {
                $lines.Add("$_")
                return
            }
            @{ Lines = $lines.ToArray(); Counts = "$_".Substring(1) | ConvertFrom-Json }
            $lines.Clear()
        }
        # One that ended in the middle of a file: its last words.
        if ($LASTEXITCODE) { @{ Lines = $lines.ToArray() } }
    } | ForEach-Object {
        # What each run of Pester begins and ends with says nothing of a file.
        $_.Lines | Where-Object { $_.Trim() -notmatch '^$|^(Pester v|Starting discovery|Discovery found|Running tests|Tests completed|Tests Passed)' } |
            Out-Host
        if (-not $_.Counts) { return }
        $null = $left.Remove($_.Counts.File)
        foreach ($name in 'Passed', 'Failed', 'Skipped') { $sum.$name += $_.Counts.$name }
        foreach ($reason in $_.Counts.Reasons.psobject.Properties) { $sum.Reasons[$reason.Name] = [int]$sum.Reasons[$reason.Name] + $reason.Value }
    }
    foreach ($one in $left) {
        "[-] $one did not come to its end." | Out-Host
        $sum.Failed++
    }
    "$($sum.Passed) passed, $($sum.Failed) failed, $($sum.Skipped) skipped in $([int] $watch.Elapsed.TotalSeconds) s by $ProcessCount processes" | Out-Host
    Remove-Item $folder -Recurse
    $sum
}

# Runs the files of a queue that no other process has taken.
function InvokeQueue {
    foreach ($entry in Get-ChildItem $Queue -Filter *.file | Sort-Object Name) {
        # Of those that try, one makes it.
        try { [IO.File]::Open("$entry.taken", [IO.FileMode]::CreateNew).Dispose() } catch [IO.IOException] { continue }
        $file = Get-Content $entry
        $counts = InvokeTests $file | Add-Member File $file -PassThru
        [char] 1 + ($counts | ConvertTo-Json -Compress)
    }
}

ImportPester
if ($Queue) {
    InvokeQueue
    exit 0
}
$counts = & {
    $files = @(Get-ChildItem $Path -Recurse -Filter *.Tests.ps1 | ForEach-Object FullName)
    if ($files.Count -gt 1 -and $ProcessCount -gt 1 -and -not $FullName) { InvokeInProcesses $files } else { InvokeTests $Path }
}
if ($counts.Passed + $counts.Failed -eq 0) {
    Write-Warning 'No test ran.'
    $counts.Failed = 1
}
if ($ResultPath) {
    $null = New-Item (Split-Path $ResultPath) -ItemType Directory -Force
    $counts | ConvertTo-Json | Set-Content $ResultPath
}
exit [int]($counts.Failed -gt 0)
