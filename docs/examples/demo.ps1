<#
.SYNOPSIS
    Runs a conversation of three rounds with each API and the emulator in this process: no key, no network, no cost.
.DESCRIPTION
    Run it with  ./build.ps1 Demo  or  ./build.sh Demo .
#>
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../../output/QwenChat/QwenChat.psd1')

$questions = @(
    'Recommend a city suitable for summer travel.'
    'What are the must-try foods there?'
    'How many days should I plan?'
)

function Show-Conversation([string] $Api, [string] $Title) {
    "`n$Title`n$('-' * $Title.Length)"
    $conversation = New-QwenConversation -Api $Api -Instructions 'You are a travel advisor.'
    foreach ($question in $questions) {
        "You:  $question"
        $reply = Send-QwenMessage $conversation $question
        'Qwen: ' + ($reply.Text -replace '\r?\n', "`n      ")
    }
    $usage = $conversation.Usage
    "      $($conversation.Turns.Count) turns, $($usage.InputTokens) tokens in, $($usage.OutputTokens) tokens out"
}

$emulator = Start-QwenEmulator
try {
    "The answers come from QwenChat's emulator at $($emulator.BaseUri), not from a model."

    Set-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey
    Show-Conversation Responses 'Responses: the service keeps the history'
    Show-Conversation Conversations 'Conversations: the service keeps the history as an object'
    Show-Conversation ChatCompletions 'Chat Completions: the caller keeps the history'
    Show-Conversation DashScope 'DashScope native: the caller keeps the history'

    $older = "$($emulator.BaseUri)api/v2/apps/protocols/compatible-mode/v1"
    Set-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -ResponsesBaseUri $older
    Show-Conversation Responses 'Responses, at its older address'
}
finally {
    Stop-QwenEmulator
}
