<#
.SYNOPSIS
    Lets a model find problems in a folder of logs, with PowerShell commands as its tools.
.DESCRIPTION
    The model can list and search files, and request a restart. By searching, the model can read any file in the folder. You are asked before a restart. In a
    session without a prompt, the restart is denied. With a key in $env:DASHSCOPE_API_KEY, the script uses the service; without one, an emulator that
    simulates a model.
.EXAMPLE
    ./docs/examples/tools.ps1 -Folder ./logs
#>
[CmdletBinding()]
param(
    # The folder with the logs.
    [Parameter(Mandatory)]
    [string] $Folder,

    # The question.
    [string] $Question = 'Why does the shop not answer? Restart what hangs.'
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../../output/QwenChat/QwenChat.psd1')

# Without a key, an emulator generates the answers from the request, so you can try the script.
if (-not $env:DASHSCOPE_API_KEY) {
    $script = {
        param($Request)
        $results = @($Request.Messages | Where-Object Role -EQ tool)
        switch ($results.Count) {
            0 { @{ ToolCalls = @(@{ Id = 'list'; Name = 'Get-ChildItem'; Arguments = @{ Path = '.'; Filter = '*.log' } }) } }
            1 { @{ ToolCalls = @(@{ Id = 'search'; Name = 'Select-String'; Arguments = @{ Path = '*.log'; Pattern = 'ERROR' } }) } }
            2 { @{ ToolCalls = @(@{ Id = 'restart'; Name = 'restart_service'; Arguments = @{ Service = 'shop' } }) } }
            default { "The log says: $($results[1].Text.Trim()). The restart: $($results[2].Text)" }
        }
    }
    Start-QwenEmulator -Reply $script | Set-QwenConnection
}

$restart = New-QwenTool restart_service -Approval Always {
    param(
        [Parameter(Mandatory, HelpMessage = 'The name of the service.')]
        [string] $Service
    )
    "Restarted $Service."
}

Push-Location $Folder
try {
    $reply = Send-QwenMessage $Question -Tool Get-ChildItem, Select-String, $restart
    $reply.ToolCalls | Format-Table Name, Arguments, Error, Duration
    $reply.Text
}
finally {
    Pop-Location
}
