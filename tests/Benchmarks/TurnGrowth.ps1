<#
.SYNOPSIS
    Measures the CPU time, allocations and elapsed time of Send-QwenMessage for one turn as the history grows.
.DESCRIPTION
    Uses a conversation with Chat Completions, so that every request contains the whole history. Each message and each
    answer is 2 KB long. At every size, the same message is sent repeatedly to the same reply, so that the size does not change. The
    whole command is measured, from its parameters to its reply. The server runs in another process, so its work is not included. The
    baseline is the CPU time for writing the same number of bytes from one array with only HttpClient.

    The history consists of copies of one real turn, each with its own bytes in memory, because sending
    5,000 real turns would transfer 50 GB.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/TurnGrowth.ps1
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/TurnGrowth.ps1 -Turn 10, 1000 -ExplicitCache
#>
[CmdletBinding()]
param(
    # The history sizes to measure.
    [int[]] $Turn = @(10, 100, 1000, 5000),

    # The number of measured turns at each size.
    [int] $Sample = 60,

    # The number of bytes of each message and of each answer.
    [int] $Bytes = 2048,

    # Uses the explicit cache, whose markers are added to each request.
    [switch] $ExplicitCache,

    # Sets limits, so that every turn is estimated before it is sent.
    [switch] $Limit
)

. (Join-Path $PSScriptRoot Common.ps1)
Import-Module $manifest
Import-Baseline

# Extends a conversation to $Count turns with copies of its first turn. Each copy has its own bytes in memory, as in a real conversation.
function Add-Turn($Conversation, [int] $Count) {
    $flags = [Reflection.BindingFlags] 'Instance, NonPublic'
    $append = [QwenChat.QwenConversation].GetMethod('Append', $flags)
    $with = [QwenChat.QwenTurn].GetMethod('With', $flags)
    $json = [QwenChat.QwenItem].GetProperty('Json', $flags)
    $newItem = [QwenChat.QwenItem].GetConstructor($flags, @([ReadOnlyMemory[byte]], [string], [string], [string]))
    $turn = $Conversation.Turns[0]
    for ($number = $Conversation.Turns.Count + 1; $number -le $Count; $number++) {
        $items = [QwenChat.QwenItem[]] @(foreach ($item in $turn.Items) {
                $newItem.Invoke(@([ReadOnlyMemory[byte]]::new($json.GetValue($item).ToArray()), $item.Id, $item.Type, $item.Role))
            })
        $copy = $with.Invoke($turn, @($number, $items, 1, $null))
        $null = $append.Invoke($Conversation, @($copy, 0))
    }
}

$server = Start-AnswerServer turn $Bytes
try {
    $connection = New-BenchmarkConnection $server.Address
    $options = @{ Api = 'ChatCompletions'; Connection = $connection; Model = 'qwen3.6-plus'; ExplicitCache = $ExplicitCache }
    if ($Limit) { $options += @{ TokenLimit = [long]::MaxValue; CostLimit = 1e12 } }
    $message = 'q' * $Bytes
    $bare = [QwenChat.Benchmarks.BareClient]::new($server.Address + $apis.ChatCompletions, 'ChatCompletions')
    Invoke-UntilWarm { $null = Send-QwenMessage $message @options; $bare.Write([byte[]]::new(4096)) }

    $first = $null
    foreach ($size in $Turn) {
        $conversation = New-QwenConversation @options
        $null = Send-QwenMessage $conversation $message
        Add-Turn $conversation ($size - 2)
        $reply = Send-QwenMessage $conversation $message
        $body = [byte[]]::new((Send-QwenMessage $reply $message -DryRun).BodyBytes)
        $time = Measure-SideBySide { $null = Send-QwenMessage $reply $message } { $bare.Write($body) } -Sample $Sample -WarmUp 10

        $allocated = for ($i = 0; $i -lt 20; $i++) {
            $before = [GC]::GetTotalAllocatedBytes($true)
            $null = Send-QwenMessage $reply $message
            ([GC]::GetTotalAllocatedBytes($true) - $before) / 1KB
        }
        $allocated = Get-Median $allocated
        $first ??= $allocated
        New-BenchmarkRow "Turn $size of a conversation, $Bytes bytes a message, CPU; baseline: writing its $([Math]::Round($body.Length / 1KB)) KB" $time.OursCpu $time.BaselineCpu -AtMost 1.5
        New-BenchmarkRow "Turn ${size}: allocated memory; baseline: turn $($Turn[0])" $allocated $first -Unit KB -AtMost 1.1
    }
    $bare.Dispose()
}
finally {
    Stop-AnswerServer $server
}
