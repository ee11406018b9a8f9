<#
.SYNOPSIS
    Starts the PostgreSQL servers for the tests, and sets $env:QWENCHAT_TEST_POSTGRES and $env:QWENCHAT_TEST_PGVECTOR to their connection strings.
.DESCRIPTION
    build.ps1 Test runs this script. To run only some of the tests:

    $servers = tests/Postgres/Start.ps1; dotnet test tests/Unit --filter Postgres; $servers.StandardInput.Close()

    QWENCHAT_TEST_POSTGRES is for the installed PostgreSQL, with a temporary data folder. This server supports several sessions, users and passwords.
    QWENCHAT_TEST_PGVECTOR is for PGlite, a Node package that contains PostgreSQL with pgvector. A server ends when its standard input is closed, even if
    the process that started the server crashes. If a variable is already set, no server is started for it. If a server is not available, the reason is
    displayed, and its tests are skipped.
.OUTPUTS
    The started processes.
#>
[CmdletBinding()]
[OutputType([Diagnostics.Process])]
param()

Set-StrictMode -Version 3
$postgres, $pgvector = 'QWENCHAT_TEST_POSTGRES', 'QWENCHAT_TEST_PGVECTOR'

function Say([string] $Why) { Write-Information "PostgreSQL: $Why" -InformationAction Continue }

function Skip([string] $Variable, [string] $Because) { Say "$Because The tests that use $Variable are skipped. Set $Variable=Host=… to run them against another server." }

function HasProgram([string[]] $Name) { @(Get-Command $Name -CommandType Application, ExternalScript -ErrorAction Ignore).Count -ge $Name.Count }

function StartProgram([string] $Program, [string[]] $Argument) {
    $start = [Diagnostics.ProcessStartInfo]::new($Program, $Argument)
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    [Diagnostics.Process]::Start($start)
}

# Restores the packages of package-lock.json if they are missing or outdated. Returns whether they are available.
function HasPackages {
    $got = Join-Path $PSScriptRoot 'node_modules/.package-lock.json'
    if ((Test-Path $got) -and (Get-Item $got -Force).LastWriteTimeUtc -ge (Get-Item (Join-Path $PSScriptRoot package-lock.json)).LastWriteTimeUtc) {
        return $true }
    $said = & npm ci --prefix $PSScriptRoot --no-audit --no-fund --fetch-retries 0 2>&1
    if ($LASTEXITCODE) { $said | Select-Object -First 3 | ForEach-Object { Say $_ } }
    $LASTEXITCODE -eq 0
}

function StartPglite {
    if (-not (HasProgram node, npm)) { return Skip $pgvector 'PGlite requires Node and npm, which are not installed.' }
    if (-not (HasPackages)) { return Skip $pgvector 'npm could not restore the packages of tests/Postgres.' }
    $server = StartProgram node (Join-Path $PSScriptRoot server.mjs)
    $address = $server.StandardOutput.ReadLineAsync()
    if (-not $address.Wait([timespan]::FromMinutes(2)) -or -not $address.Result) {
        $server.StandardInput.Close()
        return Skip $pgvector 'PGlite did not start. See the lines above for the reason.'
    }
    [Environment]::SetEnvironmentVariable($pgvector, $address.Result)
    Say "PGlite with pgvector is process $($server.Id)."
    $server
}

function StartPostgres {
    if ($IsWindows) { return Skip $postgres 'No PostgreSQL server is started on Windows.' }
    # On Debian, the programs are not on the path.
    $programs = @(Get-Item /usr/lib/postgresql/*/bin/pg_ctl -ErrorAction Ignore) + @(Get-Command pg_ctl -CommandType Application -ErrorAction Ignore) |
        ForEach-Object { Split-Path ($_ -is [IO.FileInfo] ? $_.FullName : $_.Source) } | Select-Object -First 1
    if (-not $programs) { return Skip $postgres 'No PostgreSQL server is installed.' }
    # PostgreSQL does not run as root.
    $isRoot = [Environment]::IsPrivilegedProcess
    if ($isRoot -and -not (HasProgram setpriv)) { return Skip $postgres 'PostgreSQL does not run as root, and setpriv is not installed.' }
    $as = @(if ($isRoot) { 'setpriv', '--reuid', 'nobody', '--regid', "$(id -g nobody)", '--clear-groups' })
    # The script is passed as text, because the 'nobody' user might not be able to read the repository.
    $program, $arguments = $as + 'sh', '-c', (Get-Content (Join-Path $PSScriptRoot server.sh) -Raw), 'server.sh', $programs
    $server = StartProgram $program $arguments
    $address = $server.StandardOutput.ReadLineAsync()
    if (-not $address.Wait([timespan]::FromMinutes(2)) -or -not $address.Result) {
        $server.StandardInput.Close()
        return Skip $postgres 'The server did not start. See the lines above for the reason.'
    }
    [Environment]::SetEnvironmentVariable($postgres, $address.Result)
    Say "The server in $programs is process $($server.Id)."
    $server
}

foreach ($one in @{ Variable = $postgres; Start = { StartPostgres } }, @{ Variable = $pgvector; Start = { StartPglite } }) {
    if ([Environment]::GetEnvironmentVariable($one.Variable)) { Say "The tests use the server in $($one.Variable)." } else { & $one.Start }
}
