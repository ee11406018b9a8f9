<#
.SYNOPSIS
    Measures the time and memory of planning a request as a conversation grows and more of its turns are omitted.
.DESCRIPTION
    For each policy and size: the verbatim turns of the request, the median and the 99th percentile of the time from a
    message to the body that would be sent, in milliseconds, and the bytes allocated for it. They should grow with the turns that
    are sent, and not with those that are omitted. The newest turns of each conversation are real, with an emulator in the same
    process; earlier turns are synthetic, with "without usage", all turns are synthetic, as if the service had counted no tokens.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/ContextPlanning.ps1
#>
[CmdletBinding()]
param(
    # The sizes of the conversation.
    [ValidateRange(100, [int]::MaxValue)]
    [int[]] $Turn = @(100, 1000, 10000),

    # The number of times each request is planned.
    [int] $Sample = 500
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
dotnet run --project (Join-Path $PSScriptRoot Stores) --configuration Release -- planning $Sample $Turn | ConvertFrom-Csv
if ($LASTEXITCODE) { throw 'The measurement failed. See the lines above for the reason.' }
