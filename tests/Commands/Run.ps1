<#
.SYNOPSIS
    Runs the Pester tests with the module in output/QwenChat. build.ps1 runs this script in a new process. The script can also be run alone after a build.
.DESCRIPTION
    A single file runs in this process. Several files run in separate processes, each of which takes the next file from a queue. The output
    of a file is shown when all its tests have run, so that it is not mixed with other output.
.EXAMPLE
    pwsh -NoProfile -File tests/Commands/Run.ps1 -Path tests/Commands/Module.Tests.ps1
#>
[CmdletBinding()]
param(
    # The tests to run.
    [string[]] $Path = $PSScriptRoot,

    # Runs only the tests whose full name matches this pattern, in this process.
    [string[]] $FullName = @(),

    # The JSON file to which the counts are written.
    [string] $ResultPath,

    # The number of processes for several files. The default is at least two, because many tests mostly wait.
    [ValidateRange(1, 64)]
    [int] $ProcessCount = [Math]::Clamp([Environment]::ProcessorCount, 2, 4),

    # The folder with the queue of files. Used only by the child processes that this script starts.
    [string] $Queue
)

# With pwsh -File, the tests run in this scope, and must run like user code. Therefore, no strict mode and no preferences are set.
$root = Split-Path (Split-Path $PSScriptRoot)

# The user's settings, such as the key, must not affect the tests.
Get-ChildItem Env: | Where-Object Name -Match '^(DASHSCOPE|QWEN(?!CHAT_TEST)|OPENAI)' | Remove-Item
# The tests must neither read nor write the user's model catalog.
$env:QWENCHAT_HOME = Join-Path ([IO.Path]::GetTempPath()) "qwenchat-tests-$([guid]::NewGuid())"
# Child runspaces and jobs find the same modules through this variable.
$env:PSModulePath = (@((Join-Path $root output), (Join-Path $PSScriptRoot Modules/bin)) + $env:PSModulePath) -join [IO.Path]::PathSeparator

# Pester comes from NuGet, in the version of Directory.Packages.props.
function ImportPester {
    $packages = [xml](Get-Content (Join-Path $root Directory.Packages.props) -Raw)
    $version = $packages.SelectSingleNode('//PackageVersion[@Include="Pester"]').Version
    $module = Join-Path $PSScriptRoot "Modules/bin/Pester/$version/Pester.psd1"
    if (-not (Test-Path $module)) {
        dotnet build (Join-Path $PSScriptRoot Modules) --nologo --verbosity quiet | Out-Host
        if ($LASTEXITCODE) { throw "NuGet could not restore Pester $version. See the lines above for the reason." }
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
        # An unreadable file or a failed setup counts as a failure, although no test reports it.
        Failed  = [Math]::Max($run.FailedCount + $run.FailedContainersCount, $run.FailedBlocksCount)
        Skipped = $run.SkippedCount
        Reasons = $reasons
    }
}

# Returns the reason why a test was skipped: its own text, or the tag 'needs …' of the test or of an enclosing block.
function SkipReason($Test) {
    if ($Test.ErrorRecord) { return "$($Test.ErrorRecord[0].Exception.Message)" -replace '^is skipped, because ' }
    for ($part = $Test; $part; $part = $part.Block ?? $part.Parent) {
        $need = @($part.Tag) -match '^needs ' | Select-Object -First 1
        if ($need) { return $need }
    }
    'no reason specified'
}

function InvokeInProcesses([string[]] $File) {
    $folder = New-Item (Join-Path ([IO.Path]::GetTempPath()) "qwenchat-$([guid]::NewGuid())") -ItemType Directory
    # The slowest files run first, so that all processes end at about the same time.
    $longest = 'Help', 'Stop', 'Scripts', 'Key', 'Store', 'Enter-QwenChat', 'Package', 'Faults', 'FaultMatrix', 'Examples', 'Recall', 'Export-QwenConversation',
        'Show', 'Habits', 'Module'
    $place = { $at = $longest.IndexOf(((Split-Path $_ -Leaf) -replace '\.Tests\.ps1$')); if ($at -lt 0) { $longest.Count } else { $at } }
    $number = 0
    foreach ($one in $File | Sort-Object $place) { Set-Content (Join-Path $folder ('{0:000}.file' -f $number++)) $one }
    # If PowerShell is installed as a .NET tool, it is a DLL that dotnet runs, and there is no pwsh executable.
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
        # Shows the last output of a process that ended in the middle of a file.
        if ($LASTEXITCODE) { @{ Lines = $lines.ToArray() } }
    } | ForEach-Object {
        # The header and the footer of the Pester run are omitted.
        $_.Lines | Where-Object { $_.Trim() -notmatch '^$|^(Pester v|Starting discovery|Discovery found|Running tests|Tests completed|Tests Passed)' } |
            Out-Host
        if (-not $_.Counts) { return }
        $null = $left.Remove($_.Counts.File)
        foreach ($name in 'Passed', 'Failed', 'Skipped') { $sum.$name += $_.Counts.$name }
        foreach ($reason in $_.Counts.Reasons.psobject.Properties) { $sum.Reasons[$reason.Name] = [int]$sum.Reasons[$reason.Name] + $reason.Value }
    }
    foreach ($one in $left) {
        "[-] $one did not complete." | Out-Host
        $sum.Failed++
    }
    "$($sum.Passed) passed, $($sum.Failed) failed, $($sum.Skipped) skipped in $([int] $watch.Elapsed.TotalSeconds) s by $ProcessCount processes" | Out-Host
    Remove-Item $folder -Recurse
    $sum
}

# Runs the files in the queue that no other process has taken.
function InvokeQueue {
    foreach ($entry in Get-ChildItem $Queue -Filter *.file | Sort-Object Name) {
        # Only one process can create the .taken file.
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
