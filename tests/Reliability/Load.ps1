<#
.SYNOPSIS
    Runs many conversations concurrently while one request in twenty fails, checks that no turn is lost or repeated, and writes the results
    into docs/reliability.md.
.DESCRIPTION
    Uses ForEach-Object -Parallel with one runspace per conversation, and all four APIs. Half of the turns are streamed. Failed turns are sent again.
    Afterward, the transcripts, the emulator's log and the service's state must match. Then LoadBulk.ps1 runs with the same number of messages.
.EXAMPLE
    ./build.ps1 Load
#>
[CmdletBinding()]
param(
    [int] $Conversations = 64,
    [int] $Turns = 5000,
    [double] $FaultShare = 0.05,
    [int] $MaximumConnections = 16,
    [int] $Seed = 7,

    # Leaves docs/reliability.md unchanged.
    [switch] $NoPage
)

. $PSScriptRoot/Page.ps1
. $PSScriptRoot/LoadFaults.ps1
Import-Module QwenChat
$apis = 'ChatCompletions', 'Responses', 'Conversations', 'DashScope'

# Sends turns in all conversations concurrently. Returns the result of each runspace, and the maximum numbers of connections and active requests.
function Invoke-Load($Emulator, $List, [int] $Turns) {
    $share = [Math]::Floor($Turns / $List.Count)
    $more = $Turns - $share * $List.Count
    $job = 0..($List.Count - 1) | ForEach-Object -ThrottleLimit $List.Count -AsJob -Parallel {
        $index = $_
        $conversation = ($using:List)[$index]
        $count = $using:share + [int]($index -lt $using:more)
        $failures = $wrong = 0
        for ($number = 1; $number -le $count; $number++) {
            $said = "c$index t$number end"
            for ($reply = $null; -not $reply) {
                try {
                    $reply = if ($number % 2) { Send-QwenMessage $conversation $said -ErrorAction Stop -WarningAction SilentlyContinue }
                    else { (Send-QwenMessage $conversation $said -Stream -ErrorAction Stop -WarningAction SilentlyContinue | Select-Object -Last 1).Reply }
                }
                catch {
                    if (++$failures -gt 1000) { throw }
                }
            }
            if ($reply.Text -notlike "*$said*") { $wrong++ }
        }
        [pscustomobject]@{ Index = $index; Count = $count; Failures = $failures; Wrong = $wrong }
    }
    $most = $active = 0
    while ($job.State -in 'NotStarted', 'Running') {
        # Connections are counted on the client's end, because the emulator may detect a closed connection only after its replacement has been opened.
        $open = [Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties().GetActiveTcpConnections() |
            Where-Object { $_.State -eq 'Established' -and $_.RemoteEndPoint.Port -eq $Emulator.BaseUri.Port }
        $most = [Math]::Max($most, @($open).Count)
        $active = [Math]::Max($active, $Emulator.ActiveRequests)
        Start-Sleep -Milliseconds 20
    }
    $seen = Receive-Job $job
    Remove-Job $job
    [pscustomobject]@{ Seen = $seen; Most = $most; Active = $active }
}

function New-Set($Emulator, [int] $Count) {
    $connection = New-QwenConnection -BaseUri $Emulator.BaseUri -ApiKey $Emulator.ApiKey -MaximumConnections $MaximumConnections
    foreach ($i in 0..($Count - 1)) { New-QwenConversation -Api $apis[$i % 4] -Thinking Off -Connection $connection }
}

# Returns the turn numbers in a conversation's text, without repetitions.
function Get-Number([string] $Text) { [regex]::Matches($Text, 'c\d+ t(\d+) end') | ForEach-Object { [int] $_.Groups[1].Value } | Get-Unique }

# Returns each turn request with its conversation (Index), its turn (Number) and its body. The numbers are -1 if the request belongs to no turn.
function Get-TurnRequest($Emulator) {
    foreach ($request in $Emulator.Requests | Where-Object { $_.Path -match '/(responses|completions|generation)$' -and $_.Method -eq 'POST' }) {
        $said = [regex]::Matches($request.Body, 'c(\d+) t(\d+) end')
        if ($said.Count) { [pscustomobject]@{ Index = [int] $said[-1].Groups[1].Value; Number = [int] $said[-1].Groups[2].Value; Body = $request.Body } }
        else { [pscustomobject]@{ Index = -1; Number = -1; Body = $request.Body } }
    }
}

# Returns the differences between the transcripts, the turn requests in the log, and the service's state.
function Find-Disagreement($Request, $List, $Seen) {
    $log = $Request | Group-Object Index -AsHashTable
    foreach ($lost in $log[-1]) { "a request that belongs to no turn: $($lost.Body)" }
    foreach ($one in $Seen) {
        $conversation = $List[$one.Index]
        $expected = 1..$one.Count -join ' '
        if ($one.Wrong) { "c$($one.Index): $($one.Wrong) replies to another message" }
        $said = ($conversation.Turns | ForEach-Object { "$($_.Message)" }) -join ' '
        if ((Get-Number $said) -join ' ' -ne $expected -or $conversation.Turns.Count -ne $one.Count) {
            "c$($one.Index): its transcript has $($conversation.Turns.Count) turns: $said" }
        if ($conversation.Turns | Where-Object State -NE Completed) { "c$($one.Index): a turn is not completed" }
        $sent = @($log[$one.Index])
        $numbers = $sent.Number
        if ((($numbers | Sort-Object) -join ' ') -ne ($numbers -join ' ')) { "c$($one.Index): the requests are in a different order: $numbers" }
        if (($numbers | Get-Unique) -join ' ' -ne $expected) { "c$($one.Index): the log has $numbers" }
        switch ($conversation.Api) {
            { $_ -in 'ChatCompletions', 'DashScope' } {
                if ((Get-Number $sent[-1].Body) -join ' ' -ne $expected) { "c$($one.Index): its last request has a different history" }
            }
            'Responses' {
                $held = Get-QwenResponse $conversation.LastResponseId -Connection $conversation.Connection -AsConversation
                if ((Get-Number (($held.Turns | ForEach-Object { "$($_.Message)" }) -join ' ')) -join ' ' -ne $expected -or $held.Turns.Count -ne $one.Count) {
                    "c$($one.Index): the service's chain has $($held.Turns.Count) turns" }
            }
            'Conversations' {
                $items = @(Get-QwenConversationItem $conversation -First 1000)
                if ($items.Count -ne 2 * $one.Count -or (Get-Number (($items | Where-Object Role -EQ user).Text -join ' ')) -join ' ' -ne $expected) {
                    "c$($one.Index): the service's object has $($items.Count) items" }
            }
        }
    }
}

# Runs once to warm up, so that compiled code, buffer pools and thread pools are not mistaken for a leak.
$emulator = Start-QwenEmulator
$null = Invoke-Load -Emulator $emulator -List @(New-Set $emulator $Conversations) -Turns ($Turns / 5)
Stop-QwenEmulator
$emulator = $null
$before = Get-ProcessState

$emulator = Start-QwenEmulator
$list = @(New-Set $emulator $Conversations)
$skips = @(Add-Fault -Emulator $emulator -Requests ($Turns * 2) -Share $FaultShare -Seed $Seed)
$watch = [Diagnostics.Stopwatch]::StartNew()
$run = Invoke-Load -Emulator $emulator -List $list -Turns $Turns
$seconds = $watch.Elapsed.TotalSeconds
$used = Get-UsedFault $emulator $skips
$emulator.ClearFaults()
$during = Get-ProcessState
$requests = @(Get-TurnRequest $emulator)
$requestCount = $requests.Count
$wrong = @(Find-Disagreement -Request $requests -List $list -Seen $run.Seen)
$all = $emulator.Requests.Count
$most, $active = $run.Most, $run.Active
$resent = ($run.Seen | Measure-Object Failures -Sum).Sum
$done = ($run.Seen | Measure-Object Count -Sum).Sum
if (@($run.Seen).Count -ne $Conversations -or $done -ne $Turns) { $wrong += "only $(@($run.Seen).Count) conversations with $done turns completed" }
if ($run.Active -gt $MaximumConnections) { $wrong += "$($run.Active) requests were in progress at the same time" }
if ($run.Most -gt $MaximumConnections) { $wrong += "$($run.Most) connections were open at the same time" }
Stop-QwenEmulator
$emulator = $list = $run = $requests = $null
$after = Get-ProcessState
$kept = $after.Managed - $before.Managed
if ($kept -gt 8) { $wrong += "$(Format-Count $kept 1) MB more memory is in use than before the run" }

$lines = @(
    Get-RunLine "Written by ``build.ps1 Load``, seed $Seed"
    ''
    '| | |'
    '|---|--:|'
    "| concurrent conversations, with four APIs | $Conversations |"
    "| turns, each exactly once and in order in its transcript, in the log and on the service | $(Format-Count $Turns) |"
    "| failed requests, of all requests | $(Format-Count $used) of $(Format-Count $all) |"
    "| turn requests | $(Format-Count $requestCount) |"
    "| turns that failed after all retries and were sent again by the script | $(Format-Count $resent) |"
    "| seconds; turns per second | $(Format-Count $seconds 1); $(Format-Count ($Turns / $seconds)) |"
    "| maximum number of concurrent requests and connections, with ``-MaximumConnections $MaximumConnections`` | $active; $most |"
    "| managed memory before, during and after the run (MB) | $(Format-Count $before.Managed 1), $(Format-Count $during.Managed 1), $(Format-Count $after.Managed 1) |"
    "| handles before, after; threads before, after | $($before.Handles), $($after.Handles); $($before.Threads), $($after.Threads) |"
    "| disagreements | $($wrong.Count) |"
)
$lines, $wrong | Out-Host
if (-not $NoPage) { Set-PagePart load $lines }
& (Join-Path $PSScriptRoot LoadBulk.ps1) -Turns $Turns -FaultShare $FaultShare -Seed $Seed -NoPage:$NoPage
exit [int]($wrong.Count -gt 0 -or $LASTEXITCODE -gt 0)
