<#
.SYNOPSIS
    Creates a conversation that the service keeps, sends messages, adds an item, reads the conversation back by its id, and deletes it.
.DESCRIPTION
    With a key in $env:DASHSCOPE_API_KEY, the script uses the service; without one, the emulator in this process.
#>
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../../output/QwenChat/QwenChat.psd1')
if (-not $env:DASHSCOPE_API_KEY) { Start-QwenEmulator | Set-QwenConnection }

# The service creates the conversation object immediately, and keeps its messages.
$conversation = New-QwenConversation -Api Conversations -Thinking Off -Metadata @{ topic = 'travel' } `
    -Instructions 'You are a travel advisor who specializes in recommending travel destinations.'

$first = Send-QwenMessage $conversation 'Recommend a city suitable for summer travel.'
"First response:  $first"
$second = Send-QwenMessage $conversation 'What are the must-try foods there?'
"Second response: $second"

# A message that needs no answer. The model receives it together with the next message.
Add-QwenConversationItem $conversation 'Additional info: I prefer coastal cities.'
$third = Send-QwenMessage $conversation 'Does that change your advice?'
"Third response:  $third"

# Another machine needs only the id.
$elsewhere = Get-QwenConversation -Id $conversation.Id
''
"Read back, $($elsewhere.Turns.Count) turns, $($elsewhere.Metadata['topic']):"
$elsewhere | Get-QwenConversationItem | ForEach-Object { '{0,10}: {1}' -f $_.Role, $_.Text }

# Items expire after 7 days; the conversation does not.
Remove-QwenConversation $conversation
