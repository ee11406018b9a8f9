<#
.SYNOPSIS
    Measures semantic search in a large SQLite store, compared with a plain scan of the same vectors.
.DESCRIPTION
    Creates a store of random vectors. A first search reads the vectors into memory. Then alternates between three searches: a scan of the
    same vectors in one array with SIMD instructions, the store's search in all conversations, and its search in one conversation.
    Writes the median and the 99th percentile of each search in milliseconds. The store and the scan must have the same first hit.

    With the defaults, the store takes 0.5 GB of disk space and 1 GB of memory.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/StoreRecall.ps1
#>
[CmdletBinding()]
param(
    [int] $Turn = 100000,

    # The number of conversations that share the turns.
    [int] $Conversation = 5000,

    [int] $Dimension = 1024,

    # The number of measured searches.
    [int] $Search = 200,

    # The number of hits of each search.
    [int] $Top = 10
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
dotnet run --project (Join-Path $PSScriptRoot Stores) --configuration Release -- recall $Turn $Conversation $Dimension $Search $Top | ConvertFrom-Csv
if ($LASTEXITCODE) { throw 'The measurement failed. See the lines above for the reason.' }
