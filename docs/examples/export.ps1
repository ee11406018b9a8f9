<#
.SYNOPSIS
    Runs a short conversation with the emulator and exports it in every format. Needs no key and no network.
.DESCRIPTION
    The pictures of the HTML page in docs/images show this conversation in a browser, in light and dark mode.
.EXAMPLE
    ./docs/examples/export.ps1 -Path ~/Desktop
#>
[CmdletBinding()]
param(
    # The folder to write to.
    [Parameter(Mandatory)]
    [string] $Path
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../../output/QwenChat/QwenChat.psd1')

$answers = @(
    "``Get-Process`` writes **objects**, so sort them and take the first:`n`n" +
    "``````powershell`n# The five processes that use the most memory`nGet-Process |`n    Sort-Object WorkingSet64 -Descending |`n" +
    "    Select-Object -First 5 Name, Id, WorkingSet64`n``````"
    "Yes:`n`n| what | how |`n|---|---|`n| every 5 seconds | ``while (`$true) { …; Start-Sleep 5 }`` |`n| to a file | ``… \| Export-Csv memory.csv -Append`` |`n`n" +
    '1. Begin with the loop.' + "`n" + '2. Add `Get-Date` as a column, so that the rows can be told apart.'
)
Start-QwenEmulator -Reply $answers | Set-QwenConnection
try {
    $c = New-QwenConversation 'Which process takes the memory?' -Instructions 'You help with PowerShell. Answer briefly, with an example.' -Metadata @{ ticket = '4711' } -Thinking On
    'Which five processes use the most memory?', 'Can I watch that over time?' | Send-QwenMessage -Conversation $c | Out-Null
    foreach ($extension in 'json', 'jsonl', 'md', 'html') {
        Export-QwenConversation $c (Join-Path $Path "memory.$extension")
    }
    Get-ChildItem (Join-Path $Path memory.*)
}
finally {
    Stop-QwenEmulator
}
