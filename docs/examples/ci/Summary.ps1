<#
.SYNOPSIS
    Summarizes a file in one sentence. An example of a script that uses Qwen, with tests: Summary.Tests.ps1.
.EXAMPLE
    ./Summary.ps1 -Path README.md
#>
[CmdletBinding()]
param(
    # The file to summarize.
    [Parameter(Mandatory)]
    [string] $Path
)

$ErrorActionPreference = 'Stop'
$text = Get-Content -LiteralPath $Path -Raw
if ([string]::IsNullOrWhiteSpace($text)) { throw "There is nothing in $Path to summarize." }
$reply = $text | Send-QwenMessage 'Say in one sentence what this file is about.' -Thinking Off -MaxOutputTokens 200
$reply.Text.Trim()
