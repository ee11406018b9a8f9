# Functions shared by the benchmarks. Dot-source this file.

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$root = Split-Path (Split-Path $PSScriptRoot)
$manifest = Join-Path $root output/QwenChat/QwenChat.psd1
$apis = [ordered]@{
    ChatCompletions = '/compatible-mode/v1/chat/completions'
    DashScope       = '/api/v1/services/aigc/multimodal-generation/generation'
    Responses       = '/compatible-mode/v1/responses'
}

# The user's settings must not affect the measurements.
Get-ChildItem Env: | Where-Object Name -Match '^(DASHSCOPE|QWEN(?!CHAT_TEST)|OPENAI)' | Remove-Item

# If PowerShell is installed as a .NET tool, it is a DLL that dotnet runs, and there is no pwsh executable.
$shell = [Environment]::ProcessPath
$shellStart = @(if ((Split-Path $shell -LeafBase) -eq 'dotnet') { Join-Path $PSHOME 'pwsh.dll' })

# Returns the output file of a project. Builds the project only if this file is missing. For projects that depend on QwenChat, use dotnet run.
function Get-Built([string] $Project) {
    $folder = Join-Path $PSScriptRoot $Project
    $file = Join-Path $folder "bin/Release/net8.0/QwenChat.Benchmarks.$Project.dll"
    if (-not (Test-Path $file)) {
        dotnet build $folder --configuration Release --nologo --verbosity quiet | Out-Host
        if ($LASTEXITCODE) { throw "Building $Project failed. See the lines above for the reason." }
    }
    $file
}

# Starts an answer server in a separate process. Server/ServerProgram.cs describes $Kind and $Size.
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

# Runs a script block in a new process, and returns its output as text.
function Invoke-Fresh([scriptblock] $Script, [object[]] $ArgumentList = @()) {
    $written = & $shell @shellStart -NoProfile -NonInteractive -OutputFormat Text -Command $Script -args $ArgumentList
    if ($LASTEXITCODE) { throw "The measured script failed: $written" }
    $written
}

# Returns the time to import a module in a new process, in milliseconds.
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

function Start-EchoEmulator { Start-QwenEmulator -Reply { param($Request) "Answer to $($Request.Messages[-1].Text)" } }
function Test-Echo([object] $Turn, [int] $Number) { $Turn.Message -eq "Question $Number" -and $Turn.Text -eq "Answer to Question $Number" }

function New-TemporaryFolder { (New-Item (Join-Path ([IO.Path]::GetTempPath()) "qwenchat-$([guid]::NewGuid())") -ItemType Directory).FullName }

function Get-Median([double[]] $Value) { ($Value | Sort-Object)[[Math]::Floor($Value.Count / 2)] }

# The resolution of a process's CPU time is a microsecond in .NET 9 and later, and 10 ms in earlier versions.
$hasCpuUsage = [bool][Environment].GetProperty('CpuUsage')
function Get-CpuTime { if ($hasCpuUsage) { [Environment]::CpuUsage.TotalTime } else { [Diagnostics.Process]::GetCurrentProcess().TotalProcessorTime } }

# Runs two script blocks alternately (A B A B), and returns the medians of their elapsed and CPU times, in milliseconds.
# The blocks are dot-sourced, so this function's variables hide variables of the same name in the calling script.
function Measure-SideBySide {
    param(
        [scriptblock] $Ours,
        [scriptblock] $Baseline,
        [int] $Sample,
        [int] $WarmUp = 3,
        # Collects garbage before each run. Use this switch for long runs.
        [switch] $Collect
    )

    $times = @{ Ours = [Collections.Generic.List[double]]::new(); Baseline = [Collections.Generic.List[double]]::new() }
    $cpu = @{ Ours = [Collections.Generic.List[double]]::new(); Baseline = [Collections.Generic.List[double]]::new() }
    $watch = [Diagnostics.Stopwatch]::new()
    for ($i = -$WarmUp; $i -lt $Sample; $i++) {
        # Pauses let the runtime recompile frequently called methods in the background: first with profiling, and then optimized.
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
    # With a CPU clock in steps of 10 ms, only the mean is meaningful.
    function Get-Middle($Value) { if ($hasCpuUsage) { Get-Median $Value } else { ($Value | Measure-Object -Average).Average } }
    [pscustomobject]@{
        Ours        = Get-Median $times.Ours
        Baseline    = Get-Median $times.Baseline
        OursCpu     = Get-Middle $cpu.Ours
        BaselineCpu = Get-Middle $cpu.Baseline
    }
}

# Returns a row of the results: the measurement, the baseline, and whether the goal was met.
function New-BenchmarkRow {
    param(
        [string] $What,
        [double] $Ours,
        [double] $Baseline,
        [string] $Unit = 'ms',
        # The goal: a maximum or minimum ratio to the baseline, a maximum difference from the baseline, or a maximum value.
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

# Runs a script block until it no longer gets faster. During the pauses, frequently called code is recompiled in the background.
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
