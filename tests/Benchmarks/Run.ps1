<#
.SYNOPSIS
    Runs the benchmarks, each in a new process, and writes their results into docs/performance.md.
.DESCRIPTION
    build.ps1 Bench builds the module and runs this script. The results are between two markers in the page; the text around them is written by hand.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/Run.ps1 -Name Turn,Stream -Path performance.md
#>
[CmdletBinding()]
param(
    # The benchmarks to run. The default is all benchmarks. Sections for other benchmarks are not changed.
    [string[]] $Name,

    # The page, which is created if it does not exist.
    [string] $Path = (Join-Path $PSScriptRoot '../../docs/performance.md')
)

. (Join-Path $PSScriptRoot Common.ps1)

# The scripts of a section share one table, so they must write objects with the same properties.
$sections = @(
    @{ Title = 'Side by side'; Scripts = 'Import', 'FirstTurn', 'Turn', 'Stream', 'FirstDelta', 'TurnGrowth', 'Memory', 'Parallel', 'Bulk', 'Tools', 'Peers' }
    @{ Title = 'The parts (BenchmarkDotNet)'; Scripts = , 'Parts' }
    @{ Title = 'Stopping a command'; Scripts = , 'Stop' }
    @{ Title = 'Planning a request'; Scripts = , 'ContextPlanning' }
    @{ Title = 'Searching a store'; Scripts = , 'StoreRecall' }
    @{ Title = 'Two processes, one store'; Scripts = , 'StoreAppend' }
    @{ Title = 'Ending a process that writes'; Scripts = , 'StoreKill' }
)

# If the script is run with pwsh -File, the names are one string.
$Name = @($Name -split ',' | Where-Object { $_ })
if ($unknown = $Name | Where-Object { $_ -notin $sections.Scripts }) { throw "There is no benchmark '$unknown'. The benchmarks are $($sections.Scripts -join ', ')." }

function Get-Processor {
    if (Test-Path /proc/cpuinfo) { return ((Get-Content /proc/cpuinfo) -match '^model name' | Select-Object -First 1) -replace '^[^:]*:\s*' }
    if ($IsMacOS) { return sysctl -n machdep.cpu.brand_string }
    $env:PROCESSOR_IDENTIFIER
}

# Describes the environment of the measurements, without host names or user data.
function Get-Machine {
    $commit = git -C $root rev-parse --short HEAD
    if (git -C $root status --porcelain -- src tests/Benchmarks QwenChat.psd1) { $commit += ' with changes' }
    $load = if (Test-Path /proc/loadavg) { ", load before the run $((Get-Content /proc/loadavg).Split(' ')[0])" }
    "Measured $([DateTime]::UtcNow.ToString('yyyy-MM-dd HH:mm')) UTC at commit $commit, on $(Get-Processor), $([Environment]::ProcessorCount) cores, " +
    "$([Runtime.InteropServices.RuntimeInformation]::OSDescription), PowerShell $($PSVersionTable.PSVersion), $([Runtime.InteropServices.RuntimeInformation]::FrameworkDescription)$load."
}

function ConvertTo-Cell($Value) {
    if ($Value -is [bool]) { return $Value ? 'yes' : '**no**' }
    if ($Value -is [double]) { return $Value.ToString('#,0.###', [cultureinfo]::InvariantCulture) }
    "$Value" -replace '\|', '\|'
}

function ConvertTo-Table([object[]] $Row) {
    $columns = $Row[0].psobject.Properties.Name
    '| ' + ($columns -join ' | ') + ' |'
    '|' + ('---|' * $columns.Count)
    foreach ($one in $Row) { '| ' + (@($columns | ForEach-Object { ConvertTo-Cell $one.$_ }) -join ' | ') + ' |' }
}

function Measure-Script([string] $Script) {
    "$([DateTime]::Now.ToString('HH:mm:ss')) $Script" | Out-Host
    try {
        $json = Invoke-Fresh { & $args[0] | ConvertTo-Json -AsArray -Compress } (Join-Path $PSScriptRoot "$Script.ps1")
        if ($json) { "$json" | ConvertFrom-Json }
    }
    catch {
        # The other benchmarks still run.
        $failed.Add($Script)
        Write-Error $_ -ErrorAction Continue
    }
}

Get-ChildItem $PSScriptRoot -Directory | Where-Object { Test-Path (Join-Path $_ *.csproj) } | ForEach-Object {
    dotnet build $_ --configuration Release --nologo --verbosity quiet | Out-Host
    if ($LASTEXITCODE) { throw "Building $($_.Name) failed. See the lines above for the reason." }
}
$failed = [Collections.Generic.List[string]]::new()
$begin, $end = '<!-- results: written by build.ps1 Bench -->', '<!-- end of results -->'
$machine = Get-Machine

# Writes the table of a section to the page. Called after each section, so an interrupted run keeps the completed sections.
function Save-Section([string] $Title, [object[]] $Row) {
    $page = if (Test-Path $Path) { Get-Content $Path -Raw } else { "# Performance`n`n$begin`n$end`n" }
    $first, $last = $page.IndexOf($begin), $page.IndexOf($end)
    if ($first -lt 0 -or $last -lt $first) { throw "The page $Path does not contain the markers of the results: $begin and $end." }
    $texts = @{}
    foreach ($text in $page.Substring($first, $last - $first) -split '(?m)^## ' | Select-Object -Skip 1) {
        $heading, $rest = $text -split '\n', 2
        $texts[$heading.Trim()] = $rest.Trim()
    }
    $texts[$Title] = @(ConvertTo-Table $Row; ''; $machine) -join "`n"
    $lines = @($begin; $sections.Title | Where-Object { $texts[$_] } | ForEach-Object { ''; "## $_"; ''; $texts[$_] }; ''; $end)
    Set-Content $Path ($page.Substring(0, $first) + ($lines -join "`n") + $page.Substring($last + $end.Length)) -NoNewline
}

foreach ($section in $sections) {
    $rows = @($section.Scripts | Where-Object { $Name.Count -eq 0 -or $_ -in $Name } | ForEach-Object { Measure-Script $_ })
    if (-not $rows) { continue }
    $rows | Format-Table -AutoSize | Out-String -Width 200 | Out-Host
    Save-Section $section.Title $rows
}
if ($failed) { throw "These benchmarks failed: $($failed -join ', '). See the lines above for the reasons. The page contains the results of the other benchmarks." }
