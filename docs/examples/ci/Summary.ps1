<#
.SYNOPSIS
    Says in one sentence what a file is about. An example of a script that talks to Qwen, and has tests: Summary.Tests.ps1.
.EXAMPLE
    ./Summary.ps1 -Path README.md
#>
[CmdletBinding()]
param(
    # The file.
    [Parameter(Mandatory)]
    [string] $Path
)

$ErrorActionPreference = 'Stop'
$text = Get-Content -LiteralPath $Path -Raw
if ([string]::IsNullOrWhiteSpace($text)) { throw "There is nothing in $Path to be summarised." }
$reply = $text | Send-QwenMessage 'Say in one sentence what this file is about.' -Thinking Off -MaxOutputTokens 200
$reply.Text.Trim()
