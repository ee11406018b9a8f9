<#
.SYNOPSIS
    A nightly job: asks a model about the most recent lines of a log, in a conversation that continues each night, and writes a page.
.DESCRIPTION
    The conversation is found in the store by its name, and is created on the first run. With a key in $env:DASHSCOPE_API_KEY, the job uses the
    service; without one, the emulator in this process. The exit code is 0 if the answer was written to the output and the page, and otherwise 1.
.EXAMPLE
    ./docs/examples/nightly.ps1 -Log app.log -Folder ~/nightly
#>
[CmdletBinding()]
param(
    # The log file.
    [Parameter(Mandatory)]
    [string] $Log,

    # The folder that contains the store and the page.
    [string] $Folder = '.',

    # The maximum number of tokens for all nights together.
    [long] $TokenLimit = 1000000
)

Import-Module (Join-Path $PSScriptRoot '../../output/QwenChat/QwenChat.psd1')
if (-not $env:DASHSCOPE_API_KEY) { Start-QwenEmulator | Set-QwenConnection }

try {
    $conversation = Get-QwenConversation nightly -Store (Join-Path $Folder nightly.db) -OrNew -ErrorAction Stop
    Set-QwenConversation $conversation -TokenLimit $TokenLimit -Instructions 'You watch a log. Say what is new since the last night, in three sentences.' -ErrorAction Stop
    $reply = Get-Content $Log -Tail 500 -ErrorAction Stop | Send-QwenMessage $conversation "What happened on $(Get-Date -Format yyyy-MM-dd)?"
    "$reply"
    Export-QwenConversation $conversation (Join-Path $Folder nightly.md) -ErrorAction Stop
    $code = 0
}
catch {
    # The error message contains the cause and a recommendation.
    Write-Warning "The nightly job failed: $_"
    $code = 1
}
finally {
    Stop-QwenEmulator
}
exit $code
