<#
.SYNOPSIS
    Measures the memory of a conversation of 10,000 turns, compared with the size of its text in UTF-8.
.DESCRIPTION
    Sends the turns with an API whose history the service keeps, so that each turn costs the same. Then measures the heap with and
    without the conversation.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/Memory.ps1
#>
[CmdletBinding()]
param(
    # The number of turns.
    [int] $Turn = 10000,

    # The sizes of the messages and answers, in bytes. One conversation is measured for each size.
    [int[]] $Bytes = @(2048, 256)
)

. (Join-Path $PSScriptRoot Common.ps1)
Import-Module $manifest

foreach ($length in $Bytes) {
    $server = Start-AnswerServer turn $length
    try {
        $connection = New-BenchmarkConnection $server.Address
        $conversation = New-QwenConversation -Connection $connection -Api Responses
        $null = Send-QwenMessage $conversation ('w' * $length)
        $before = [GC]::GetTotalMemory($true)
        # All messages have different text, as in real conversations, so no text can be shared.
        for ($i = 1; $i -le $Turn; $i++) { $null = Send-QwenMessage $conversation "$i".PadRight($length, 'q') }
        $held = [GC]::GetTotalMemory($true) - $before
        $texts = foreach ($one in $conversation.Turns) { $one.Message; $one.Text }
        $utf8 = 0
        foreach ($text in $texts) { $utf8 += [Text.Encoding]::UTF8.GetByteCount($text) }
        # The goal applies to messages of normal length. With short messages, the overhead of a turn dominates.
        New-BenchmarkRow "$Turn turns in memory, $length bytes a message; baseline: the size of their text in UTF-8" ($held / 1MB) (
            $utf8 / 1MB) -Unit MB -AtMost $(if ($length -eq $Bytes[0]) { 3 })
        $conversation = $texts = $null
    }
    finally {
        Stop-AnswerServer $server
    }
}
