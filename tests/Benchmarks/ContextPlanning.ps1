<#
.SYNOPSIS
    Measures the time and memory of planning a request as a conversation grows and more of its turns are omitted.
.DESCRIPTION
    For each policy and size, writes the number of verbatim turns in the request, the median and the 99th percentile of the planning
    time in milliseconds, and the number of allocated bytes. Planning begins with a message and ends with the request body. Time and
    memory should grow with the turns that are sent, but not with the turns that are omitted. The newest turns of each conversation
    are sent to an emulator in the same process, and earlier turns are synthetic. In the rows "without usage", all turns are
    synthetic, as if the service had not reported token counts.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/ContextPlanning.ps1
#>
[CmdletBinding()]
param(
    # The numbers of turns in the conversation.
    [ValidateRange(100, [int]::MaxValue)]
    [int[]] $Turn = @(100, 1000, 10000),

    # The number of times each request is planned.
    [int] $Sample = 500
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
dotnet run --project (Join-Path $PSScriptRoot Stores) --configuration Release -- planning $Sample $Turn | ConvertFrom-Csv
if ($LASTEXITCODE) { throw 'The measurement failed. See the lines above for the reason.' }
