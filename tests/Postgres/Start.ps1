<#
.SYNOPSIS
    Starts a PostgreSQL with pgvector for the tests, and names it in $env:QWENCHAT_TEST_POSTGRES.
.DESCRIPTION
    Started by build.ps1 Test. On its own, for a part of the tests:

    $server = tests/Postgres/Start.ps1; dotnet test tests/Unit --filter PostgresStoreTests; $server.StandardInput.Close()

    The server is PGlite, PostgreSQL as a Node package; it ends when its standard input is closed, and so with the process that started it,
    whatever becomes of that. Nothing is started where the variable names a server already, or where Node or the packages cannot be had:
    that is said, and the tests of PostgreSQL are skipped.
.OUTPUTS
    The server's process, if one was started.
#>
[CmdletBinding()]
[OutputType([Diagnostics.Process])]
param()

Set-StrictMode -Version 3
$variable = 'QWENCHAT_TEST_POSTGRES'

function Say([string] $Why) { Write-Information "PostgreSQL: $Why" -InformationAction Continue }

function Skip([string] $Because) { Say "$Because Its tests are skipped. With $variable=Host=… they run against a server with pgvector that is there." }

# The packages as package-lock.json has them; got once.
function HasPackages {
    $got = Join-Path $PSScriptRoot 'node_modules/.package-lock.json'
    if ((Test-Path $got) -and (Get-Item $got -Force).LastWriteTimeUtc -ge (Get-Item (Join-Path $PSScriptRoot package-lock.json)).LastWriteTimeUtc) { return $true }
    $said = & npm ci --prefix $PSScriptRoot --no-audit --no-fund --fetch-retries 0 2>&1
    if ($LASTEXITCODE) { $said | Select-Object -First 3 | ForEach-Object { Say $_ } }
    $LASTEXITCODE -eq 0
}

if ([Environment]::GetEnvironmentVariable($variable)) { return Say "tested at the server that $variable names." }
if (-not (Get-Command node, npm -CommandType Application, ExternalScript -ErrorAction Ignore | Select-Object -Skip 1 -First 1)) { return Skip 'Node and npm are not installed.' }
if (-not (HasPackages)) { return Skip 'npm could not get the packages of tests/Postgres.' }

$start = [Diagnostics.ProcessStartInfo]::new('node', [string[]] (Join-Path $PSScriptRoot server.mjs))
$start.RedirectStandardInput = $start.RedirectStandardOutput = $true
$server = [Diagnostics.Process]::Start($start)
$address = $server.StandardOutput.ReadLineAsync()
if (-not $address.Wait([timespan]::FromMinutes(2)) -or -not $address.Result) {
    $server.StandardInput.Close()
    return Skip 'PGlite did not start; what is above may say why.'
}
[Environment]::SetEnvironmentVariable($variable, $address.Result)
Say "tested with PGlite, process $($server.Id)."
$server
