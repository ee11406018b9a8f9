<#
.SYNOPSIS
    Sends thousands of messages with -ForEachInput while one request in twenty fails, checks that every input is answered once, and writes the
    results into docs/reliability.md.
.DESCRIPTION
    Sends a quarter of the inputs with each API. Failed inputs are piped again (see about_QwenBulk). Two more commands have limits: a token limit that is
    reached halfway, and a limit of requests per minute. Neither limit may be exceeded.
.EXAMPLE
    ./tests/Reliability/LoadBulk.ps1 -Turns 1000 -NoPage
#>
[CmdletBinding()]
param(
    [int] $Turns = 5000,
    [int] $ThrottleLimit = 64,
    [double] $FaultShare = 0.05,
    [int] $Seed = 7,

    # Leaves docs/reliability.md unchanged.
    [switch] $NoPage
)

. $PSScriptRoot/Page.ps1
. $PSScriptRoot/LoadFaults.ps1
Import-Module QwenChat
$apis = 'ChatCompletions', 'Responses', 'Conversations', 'DashScope'
$wrong = [Collections.Generic.List[string]]::new()

# Returns whether two lists have the same elements, in any order.
function Test-Same([object[]] $One, [object[]] $Other) { (($One | Sort-Object) -join ' ') -eq (($Other | Sort-Object) -join ' ') }

# Pipes inputs until every input has a reply. Returns the number of failures, the tokens of the replies and the maximum number of concurrent requests.
function Invoke-Bulk($Connection, [string] $Api, [int[]] $Number) {
    $failures, $passes, $tokens, $active = 0, 0, 0L, 0
    $answered = [Collections.Generic.List[int]]::new()
    for ($left = $Number; $left; $passes++) {
        $failed = $null
        $replies = $left | Send-QwenMessage { "item $_ end" } -ForEachInput -ThrottleLimit $ThrottleLimit -Api $Api -Thinking Off -Connection $Connection `
            -ErrorVariable failed -ErrorAction SilentlyContinue -WarningAction SilentlyContinue | ForEach-Object {
                $active = [Math]::Max($active, $emulator.ActiveRequests)
                $_
            }
        $again = @($failed | ForEach-Object { [int] $_.TargetObject })
        if (-not (Test-Same (@($replies.InputObject) + $again) $left)) { $wrong.Add("$Api, pass $($passes): not every input has exactly one reply or error") }
        foreach ($reply in $replies) {
            if ($reply.Text -notlike "*item $($reply.InputObject) end*") { $wrong.Add("$($Api): input $($reply.InputObject) has the reply '$($reply.Text)'") }
            if ($reply.State -ne 'Completed' -or $reply.Conversation.TurnCount -ne 1) { $wrong.Add("$($Api): the turn of input $($reply.InputObject) is not complete") }
            $answered.Add($reply.InputObject)
            $tokens += $reply.Usage.TotalTokens
        }
        $failures += $again.Count
        $left = $again
        if ($passes -gt 100) { throw "After 100 passes, $($left.Count) inputs of $Api have no reply." }
    }
    if (-not (Test-Same $answered $Number)) { $wrong.Add("$($Api): not every input is answered exactly once") }
    [pscustomobject]@{ Failures = $failures; Passes = $passes; Tokens = $tokens; Active = $active }
}

# Returns the inputs of the turn requests in the log, one for each request.
function Get-Asked($Emulator) {
    foreach ($request in $Emulator.Requests | Where-Object { $_.Method -eq 'POST' -and $_.Path -match '/(responses|completions|generation)$' }) {
        [int] [regex]::Match($request.Body, 'item (\d+) end').Groups[1].Value
    }
}

# Sends all inputs. A share of the requests fails (-FaultShare).
$emulator = Start-QwenEmulator
# With two of the APIs, requests are not retried automatically, so that many inputs fail and are piped again.
$connections = 0, 3, 0, 3 | ForEach-Object { New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -MaximumRetryCount $_ }
$skips = @(Add-Fault -Emulator $emulator -Requests ($Turns * 2) -Share $FaultShare -Seed $Seed)
$watch = [Diagnostics.Stopwatch]::StartNew()
$share = [int] ($Turns / 4)
$runs = 0..3 | ForEach-Object { Invoke-Bulk $connections[$_] $apis[$_] (($_ * $share + 1)..(($_ + 1) * $share)) }
$seconds = $watch.Elapsed.TotalSeconds
$used = Get-UsedFault $emulator $skips
$emulator.ClearFaults()
$requests = @(Get-Asked $emulator)
if (-not (Test-Same ($requests | Sort-Object -Unique) (1..(4 * $share)))) { $wrong.Add('the inputs in the log differ from those that were piped') }
$active = ($runs | Measure-Object Active -Maximum).Maximum
if ($active -gt $ThrottleLimit) { $wrong.Add("$active requests were in progress at the same time") }
$all = $emulator.Requests.Count
$emulator | Stop-QwenEmulator

# Sends a quarter of the inputs with a token limit that is reached halfway. The command must end, and must not use more tokens than the limit.
$emulator = Start-QwenEmulator
$limit = [int] (($runs | Measure-Object Tokens -Sum).Sum / 8)
$limited = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -TokenLimit $limit
$null = Add-Fault -Emulator $emulator -Requests $Turns -Share $FaultShare -Seed $Seed
$within = [Collections.Generic.List[object]]::new()
$end = $null
try {
    1..$share | Send-QwenMessage { "item $_ end" } -ForEachInput -ThrottleLimit $ThrottleLimit -Api ChatCompletions -Thinking Off -Connection $limited `
        -ErrorVariable failed -ErrorAction SilentlyContinue -WarningAction SilentlyContinue | ForEach-Object { $within.Add($_) }
}
catch { $end = $_ }
if ($end.FullyQualifiedErrorId -notlike 'QwenBudgetExceeded,*') { $wrong.Add("the limit of $limit tokens did not end the command: $end") }
$spent = ($within.Usage.TotalTokens | Measure-Object -Sum).Sum
if ($spent -gt $limit) { $wrong.Add("$spent tokens were used, more than the limit of $limit") }
if ($spent -lt $limit * 0.8) { $wrong.Add("only $spent of $limit tokens were used") }
$emulator | Stop-QwenEmulator

# Sends inputs with a limit of requests per minute, which also limits the requests in each second.
$emulator = Start-QwenEmulator
$perSecond = 200
$paced = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -RequestsPerMinute ($perSecond * 60)
$null = 1..($perSecond * 4) | Send-QwenMessage { "item $_ end" } -ForEachInput -ThrottleLimit $ThrottleLimit -Api ChatCompletions -Thinking Off -Connection $paced
$times = @($emulator.Requests.ReceivedAt | Sort-Object)
$fastest = 0
for ($from = $to = 0; $to -lt $times.Count; $to++) {
    while (($times[$to] - $times[$from]).TotalSeconds -ge 1) { $from++ }
    $fastest = [Math]::Max($fastest, $to - $from + 1)
}
# Requests that the limit has spaced may be delayed before they are sent, so up to -ThrottleLimit more requests can arrive in the same second.
if ($fastest -gt $perSecond + $ThrottleLimit) { $wrong.Add("$fastest requests were sent within a second, more than $perSecond") }
$emulator | Stop-QwenEmulator

$lines = @(
    Get-RunLine "Written by ``build.ps1 Load``, seed $Seed"
    ''
    '| | |'
    '|---|--:|'
    "| inputs through ``Send-QwenMessage -ForEachInput -ThrottleLimit $ThrottleLimit``, a quarter with each API, each answered once | $(Format-Count (4 * $share)) |"
    "| failed requests, of all requests | $(Format-Count $used) of $(Format-Count $all) |"
    "| turn requests | $(Format-Count $requests.Count) |"
    "| inputs that failed after all retries and were piped again; passes | $(Format-Count ($runs | Measure-Object Failures -Sum).Sum); $(($runs.Passes) -join ', ') |"
    "| seconds; turns per second | $(Format-Count $seconds 1); $(Format-Count (4 * $share / $seconds)) |"
    "| maximum number of concurrent requests | $active |"
    "| tokens used within ``-TokenLimit $limit``, when it ended the command | $(Format-Count $spent) |"
    "| maximum number of requests within a second, with ``-RequestsPerMinute $($perSecond * 60)`` | $fastest |"
    "| disagreements | $($wrong.Count) |"
)
$lines, $wrong | Out-Host
if (-not $NoPage) { Set-PagePart bulk-load $lines }
exit [int]($wrong.Count -gt 0)
