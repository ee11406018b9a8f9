<#
.SYNOPSIS
    Streams a hundred thousand turns, checks that resource usage does not grow, and writes the results into docs/reliability.md.
.DESCRIPTION
    Runs conversations of ten turns sequentially, with all four APIs. The emulator runs in a separate process, because the emulator's log and state
    grow. The memory, handles, threads and connections of this process are measured fifty times.
.EXAMPLE
    ./build.ps1 Soak
#>
[CmdletBinding()]
param(
    [int] $Turns = 100000,

    # Leaves docs/reliability.md unchanged.
    [switch] $NoPage
)

. $PSScriptRoot/Page.ps1
Import-Module QwenChat
$apis = 'ChatCompletions', 'Responses', 'Conversations', 'DashScope'
$turnsOfOne = 10

# Starts an emulator in another process. The process writes its address and key, and then for each input line, its numbers of open connections and
# active requests.
function Start-OtherEmulator {
    $script = {
        Import-Module QwenChat
        $emulator = Start-QwenEmulator
        "$($emulator.BaseUri) $([Net.NetworkCredential]::new('', $emulator.ApiKey).Password)"
        while ([Console]::In.ReadLine()) { "$($emulator.OpenConnections) $($emulator.ActiveRequests)" }
        Stop-QwenEmulator
    }
    $start = [Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath)
    if ((Split-Path ([Environment]::ProcessPath) -LeafBase) -eq 'dotnet') { $start.ArgumentList.Add((Join-Path $PSHOME pwsh.dll)) }
    '-NoProfile', '-NonInteractive', '-Command', "$script" | ForEach-Object { $start.ArgumentList.Add($_) }
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    $process = [Diagnostics.Process]::Start($start)
    $address, $key = $process.StandardOutput.ReadLine() -split ' '
    [pscustomobject]@{ Process = $process; Address = $address; Key = $key }
}

function Get-Connection($Other) {
    $Other.Process.StandardInput.WriteLine('?')
    [int[]]($Other.Process.StandardOutput.ReadLine() -split ' ')
}

$other = Start-OtherEmulator
try {
    $connection = New-QwenConnection -BaseUri $other.Address -ApiKey $other.Key -MaximumRetryCount 0
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $sent = $wrong = $number = 0
    $samples = [Collections.Generic.List[object]]::new()
    $step = [Math]::Max($turnsOfOne, $Turns / 50)
    for ($next = $step; $sent -lt $Turns; $number++) {
        $conversation = New-QwenConversation -Api $apis[$number % 4] -Thinking Off -Connection $connection
        for ($turn = 1; $turn -le $turnsOfOne -and $sent -lt $Turns; $turn++) {
            $said = "c$number t$turn"
            $last = Send-QwenMessage $conversation $said -Stream | Select-Object -Last 1
            if ($last.Reply.Text -notlike "*$said*") { $wrong++ }
            $sent++
        }
        if ($conversation.Turns.Count -ne $turn - 1) { $wrong++ }
        if ($sent -ge $next) {
            $conversation = $last = $null
            $state = Get-ProcessState
            $open, $active = Get-Connection $other
            $samples.Add([pscustomobject]@{ Turns = $sent; Seconds = $watch.Elapsed.TotalSeconds; Managed = $state.Managed; WorkingSet = $state.WorkingSet
            Handles = $state.Handles; Threads = $state.Threads; Open = $open; Active = $active })
            $next += $step
            "$(Format-Count $sent) turns, $(Format-Count $state.Managed 1) MB" | Out-Host
        }
    }
    $otherSize = $other.Process
    $otherSize.Refresh()
    $otherMegabytes = $otherSize.WorkingSet64 / 1MB
}
finally {
    $other.Process.StandardInput.Close()
    if (-not $other.Process.WaitForExit(10000)) { $other.Process.Kill() }
}

# Returns the median of a resource in several samples.
function Get-Middle([object[]] $Sample, [string] $Name) { ($Sample.$Name | Sort-Object)[[Math]::Floor($Sample.Count / 2)] }
# Compares the five samples after a tenth of the run with the last five samples.
$early = $samples[4..8]
$late = $samples[($samples.Count - 5)..($samples.Count - 1)]
$rows = foreach ($one in @(@{ Name = 'Managed'; Text = 'managed memory, MB'; Digits = 2; May = 2 },
    @{ Name = 'WorkingSet'; Text = 'working set, MB'; Digits = 0; May = 60 }, @{ Name = 'Handles'; Text = 'handles'; Digits = 0; May = 5 },
        @{ Name = 'Threads'; Text = 'threads'; Digits = 0; May = 5 }, @{ Name = 'Open'; Text = 'open connections'; Digits = 0; May = 0 },
            @{ Name = 'Active'; Text = 'requests in progress'; Digits = 0; May = 0 })) {
    $from, $to = (Get-Middle $early $one.Name), (Get-Middle $late $one.Name)
    if ($to - $from -gt $one.May) { $wrong++ }
    "| $($one.Text) | $(Format-Count $from $one.Digits) | $(Format-Count $to $one.Digits) | $(Format-Count $one.May) |"
}
$lines = @(
    Get-RunLine "Written by ``build.ps1 Soak``"
    ''
    "$(Format-Count $sent) streamed turns in $(Format-Count $number) conversations with four APIs, in $(Format-Count $watch.Elapsed.TotalSeconds) s ($(Format-Count ($sent / $watch.Elapsed.TotalSeconds)) per second); $wrong turns or limits failed. The emulator's process, which keeps a log of all requests, used $(Format-Count $otherMegabytes) MB at the end."
    ''
    '| | after a tenth | at the end | maximum growth |'
    '|---|--:|--:|--:|'
    $rows
)
$lines | Out-Host
if (-not $NoPage) { Set-PagePart soak $lines }
exit [int]($wrong -gt 0)
