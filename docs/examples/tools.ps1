<#
.SYNOPSIS
    Lets a model look for what is wrong in a folder of logs, with PowerShell commands as its tools.
.DESCRIPTION
    The model may list files, search them, and order a restart. It reads as it likes within the folder; before a restart you are asked, and where nobody
    can be asked the restart is refused. With a key in $env:DASHSCOPE_API_KEY it talks to the service; without one, to an emulator that plays a model.
.EXAMPLE
    ./docs/examples/tools.ps1 -Folder ./logs
#>
[CmdletBinding()]
param(
    # The folder with the logs.
    [Parameter(Mandatory)]
    [string] $Folder,

    # What to ask.
    [string] $Question = 'Why does the shop not answer? Restart what hangs.'
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../../output/QwenChat/QwenChat.psd1')

# Without a key: what the model says is decided here, from what it is given, so that the script can be tried and tested.
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
