# What the benchmarks share. Dot-source it.

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$root = Split-Path (Split-Path $PSScriptRoot)
$manifest = Join-Path $root output/QwenChat/QwenChat.psd1
$apis = [ordered]@{
    ChatCompletions = '/compatible-mode/v1/chat/completions'
    DashScope       = '/api/v1/services/aigc/multimodal-generation/generation'
    Responses       = '/compatible-mode/v1/responses'
}

# Nothing that this machine's user has set up is to reach the measurements.
Get-ChildItem Env: | Where-Object Name -Match '^(DASHSCOPE|QWEN(?!CHAT_TEST)|OPENAI)' | Remove-Item

# How this PowerShell is started. As a .NET tool it is a DLL that dotnet runs; there is no pwsh then.
$shell = [Environment]::ProcessPath
$shellStart = @(if ((Split-Path $shell -LeafBase) -eq 'dotnet') { Join-Path $PSHOME 'pwsh.dll' })

# The file that a project of this folder is built into; builds it where that has not been done. For those with nothing of QwenChat in them;
# for the others dotnet run looks whether they are up to date.
function Get-Built([string] $Project) {
    $folder = Join-Path $PSScriptRoot $Project
    $file = Join-Path $folder "bin/Release/net8.0/QwenChat.Benchmarks.$Project.dll"
    if (-not (Test-Path $file)) {
        dotnet build $folder --configuration Release --nologo --verbosity quiet | Out-Host
        if ($LASTEXITCODE) { throw "$Project could not be built; the lines above say why." }
    }
    $file
}

# A server in a process of its own, which ends with this one. Kind and size: Server/ServerProgram.cs.
function Start-AnswerServer([string] $Kind, [int] $Size, [int] $DelayMilliseconds = 0) {
    $start = [Diagnostics.ProcessStartInfo]::new('dotnet')
    foreach ($argument in (Get-Built Server), $Kind, $Size, $DelayMilliseconds) { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    $process = [Diagnostics.Process]::Start($start)
    [pscustomobject]@{ Process = $process; Address = $process.StandardOutput.ReadLine() }
}

function Stop-AnswerServer([object] $Server) {
    $Server.Process.StandardInput.Close()
    $Server.Process.WaitForExit()
    $Server.Process.Dispose()
}

# Runs a script block in a fresh process; gives what it wrote, as text.
function Invoke-Fresh([scriptblock] $Script, [object[]] $ArgumentList = @()) {
    $written = & $shell @shellStart -NoProfile -NonInteractive -OutputFormat Text -Command $Script -args $ArgumentList
    if ($LASTEXITCODE) { throw "What was to be measured failed in its process: $written" }
    $written
}

# How long importing a module takes in a fresh process, in milliseconds.
function Measure-Import([string] $Module) {
    [double](Invoke-Fresh {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            Import-Module $args[0]
            $watch.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)
        } $Module)
}

function Import-Baseline { Add-Type -Path (Get-Built Baseline) }

function New-BenchmarkConnection([string] $Address) {
    New-QwenConnection -BaseUri $Address -ApiKey ([Net.NetworkCredential]::new('', 'x').SecurePassword)
}

# For the stores: an emulator whose answer says what it answers, and whether what was kept of a turn is that turn, from 1 on.
function Start-EchoEmulator { Start-QwenEmulator -Reply { param($Request) "Answer to $($Request.Messages[-1].Text)" } }
function Test-Echo([object] $Turn, [int] $Number) { $Turn.Message -eq "Question $Number" -and $Turn.Text -eq "Answer to Question $Number" }

function New-TemporaryFolder { (New-Item (Join-Path ([IO.Path]::GetTempPath()) "qwenchat-$([guid]::NewGuid())") -ItemType Directory).FullName }

function Get-Median([double[]] $Value) { ($Value | Sort-Object)[[Math]::Floor($Value.Count / 2)] }

# The CPU time that this process has used. What .NET 9 and later have counts microseconds; what there was before, in steps of 10 ms.
$hasCpuUsage = [bool][Environment].GetProperty('CpuUsage')
function Get-CpuTime { if ($hasCpuUsage) { [Environment]::CpuUsage.TotalTime } else { [Diagnostics.Process]::GetCurrentProcess().TotalProcessorTime } }

# Runs two things in turn, A B A B, and gives the medians of their times, elapsed and CPU, in milliseconds. They see this function's variables
# before those of their own script: call none of theirs $ours.
function Measure-SideBySide {
    param(
        [scriptblock] $Ours,
        [scriptblock] $Baseline,
        [int] $Sample,
        [int] $WarmUp = 3,
        # Before each run: the heap is brought to rest. For runs that take long enough to be worth it.
        [switch] $Collect
    )

    $times = @{ Ours = [Collections.Generic.List[double]]::new(); Baseline = [Collections.Generic.List[double]]::new() }
    $cpu = @{ Ours = [Collections.Generic.List[double]]::new(); Baseline = [Collections.Generic.List[double]]::new() }
    $watch = [Diagnostics.Stopwatch]::new()
    for ($i = -$WarmUp; $i -lt $Sample; $i++) {
        # What was called often enough is compiled again in the background, once there is a pause. Twice: the second time by what the first found out.
        if ($i -in (-$WarmUp + [Math]::Floor($WarmUp / 3)), (-$WarmUp + [Math]::Floor($WarmUp / 1.5)), 0) { Start-Sleep -Milliseconds 500 }
        foreach ($side in 'Ours', 'Baseline') {
            $script = if ($side -eq 'Ours') { $Ours } else { $Baseline }
            if ($Collect) { [GC]::Collect(); [GC]::WaitForPendingFinalizers(); [GC]::Collect() }
            $before = Get-CpuTime
            $watch.Restart()
            . $script
            $watch.Stop()
            $after = Get-CpuTime
            if ($i -ge 0) {
                $times[$side].Add($watch.Elapsed.TotalMilliseconds)
                $cpu[$side].Add(($after - $before).TotalMilliseconds)
            }
        }
    }
    if ($Sample -eq 0) { return }
    # Where the clock of the CPU goes in steps of 10 ms, only the mean says anything.
    function Get-Middle($Value) { if ($hasCpuUsage) { Get-Median $Value } else { ($Value | Measure-Object -Average).Average } }
    [pscustomobject]@{
        Ours        = Get-Median $times.Ours
        Baseline    = Get-Median $times.Baseline
        OursCpu     = Get-Middle $cpu.Ours
        BaselineCpu = Get-Middle $cpu.Baseline
    }
}

# A row of the result: what was measured, here and beside, and whether that is what was aimed at.
function New-BenchmarkRow {
    param(
        [string] $What,
        [double] $Ours,
        [double] $Baseline,
        [string] $Unit = 'ms',
        # The goal: a ratio of at most, or at least, so much; a difference of at most so much; a value of at most so much.
        [Nullable[double]] $AtMost,
        [Nullable[double]] $AtLeast,
        [Nullable[double]] $AtMostMore,
        [Nullable[double]] $AtMostValue
    )

    $ratio = $Ours / $Baseline
    $goals = @(
        if ($null -ne $AtMost) { @{ Text = "≤ $AtMost×"; Met = $ratio -le $AtMost } }
        if ($null -ne $AtLeast) { @{ Text = "≥ $AtLeast×"; Met = $ratio -ge $AtLeast } }
        if ($null -ne $AtMostMore) { @{ Text = "≤ +$AtMostMore $Unit"; Met = $Ours - $Baseline -le $AtMostMore } }
        if ($null -ne $AtMostValue) { @{ Text = "≤ $AtMostValue $Unit"; Met = $Ours -le $AtMostValue } }
    )
    [pscustomobject]@{
        What     = $What
        Ours     = [Math]::Round($Ours, 3)
        Baseline = [Math]::Round($Baseline, 3)
        Unit     = $Unit
        Ratio    = [Math]::Round($ratio, 2)
        Goal     = @($goals | ForEach-Object { $_.Text }) -join ', '
        Met      = if ($goals) { -not ($goals | Where-Object { -not $_.Met }) }
    }
}

# Runs something until it gets no faster. What is called often is compiled again in the background, again and again, once there is a pause; all of
# PowerShell, too, where it was built without precompiled code.
function Invoke-UntilWarm([scriptblock] $Script, [int] $Count = 300) {
    $best = [double]::MaxValue
    for ($slower = 0; $slower -lt 3; Start-Sleep -Milliseconds 700) {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        for ($i = 0; $i -lt $Count; $i++) { . $Script }
        $elapsed = $watch.Elapsed.TotalMilliseconds
        $slower = if ($elapsed -lt 0.95 * $best) { 0 } else { $slower + 1 }
        $best = [Math]::Min($best, $elapsed)
    }
}
