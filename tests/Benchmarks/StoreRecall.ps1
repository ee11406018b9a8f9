<#
.SYNOPSIS
    Measures a search by meaning over a large SQLite store, beside a plain scan of the same vectors.
.DESCRIPTION
    Makes a store of random vectors, reads them into memory by a first search, and then lets three things take turns: a scan of the same
    vectors in one array with the processor's vector instructions, the store's search over all conversations, and its search in one of
    them. For each the median and the 99th percentile in milliseconds. What the store finds first must be what the scan finds.

    With the defaults the store takes 0.5 GB of disk and 1 GB of memory.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/StoreRecall.ps1
#>
[CmdletBinding()]
param(
    [int] $Turn = 100000,

    # How many conversations share the turns.
    [int] $Conversation = 5000,

    [int] $Dimension = 1024,

    # How many searches are measured.
    [int] $Search = 200,

    # How many hits each search is to find.
    [int] $Top = 10
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
dotnet run --project (Join-Path $PSScriptRoot Stores) --configuration Release -- recall $Turn $Conversation $Dimension $Search $Top | ConvertFrom-Csv
if ($LASTEXITCODE) { throw 'The measuring failed; the lines above say why.' }
