<#
.SYNOPSIS
    Answers the rows of a table in PostgreSQL. Several copies of this script can run concurrently, on several machines.
.DESCRIPTION
    The table is named inputs and has the columns id, text, answer, error and done. A script locks each row that it processes. If the script is killed, the
    server unlocks the row, and another script processes it. The conversations are saved in a store in the same database, and are named after their rows.
    A row whose answer has been stored is therefore not sent again. A script ends when every row is done.

    The key is read from $env:DASHSCOPE_API_KEY, and the address of a different service from $env:DASHSCOPE_HTTP_BASE_URL.
.EXAMPLE
    1..3 | ForEach-Object { Start-Process pwsh '-File', 'docs/examples/worker.ps1', '-ConnectionString', $env:CHATS_DATABASE }
#>
[CmdletBinding()]
param(
    # The connection string of the database that contains the table and the store.
    [Parameter(Mandatory)]
    [string] $ConnectionString,

    # The instructions for each text.
    [string] $Instructions = 'Answer with one word.'
)

$ErrorActionPreference = 'Stop'
$module = Import-Module (Join-Path $PSScriptRoot '../../output/QwenChat/QwenChat.psd1') -PassThru
# Loads the PostgreSQL driver that QwenChat includes for its stores.
'Microsoft.Extensions.Logging.Abstractions', 'Npgsql' | ForEach-Object { Add-Type -Path (Join-Path $module.ModuleBase "Storage/$_.dll") }

# Runs a statement, and returns its rows.
function Invoke-Sql([string] $Sql, [object[]] $Value = @()) {
    $command = [Npgsql.NpgsqlCommand]::new($Sql, $database)
    try {
        foreach ($one in $Value) { $null = $command.Parameters.Add([Npgsql.NpgsqlParameter] @{ Value = $one ?? [DBNull]::Value }) }
        $reader = $command.ExecuteReader()
        try { while ($reader.Read()) { , @(0..($reader.FieldCount - 1) | ForEach-Object { $reader.GetValue($_) }) } }
        finally { $reader.Dispose() }
    }
    finally { $command.Dispose() }
}

$database = [Npgsql.NpgsqlConnection]::new($ConnectionString)
$store = New-QwenStore -ConnectionString $ConnectionString
try {
    $database.Open()
    $count = 0
    while ($true) {
        $transaction = $database.BeginTransaction()
        try {
            $row = Invoke-Sql 'SELECT id, text FROM inputs WHERE done IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED'
            if ($row) {
                $id, $text = $row
                $answer = $failure = $null
                try {
                    $known = Get-QwenConversation -Store $store -Name "input $id" -ErrorAction Ignore | Where-Object TurnCount -GT 0
                    $answer = if ($known) { $known.Turns[-1].Text }
                    else { (Send-QwenMessage $text -Name "input $id" -Store $store -Instructions $Instructions -Thinking Off).Text }
                }
                catch {
                    # Without a valid key, or at the limit, every row would fail. The script therefore ends, and leaves this row for a later run.
                    if ($_.FullyQualifiedErrorId -match '^Qwen(ApiKeyMissing|AuthenticationFailed|BudgetExceeded),') { throw }
                    $failure = "$_"
                }
                $null = Invoke-Sql 'UPDATE inputs SET answer = $2, error = $3, done = now() WHERE id = $1' $id, $answer, $failure
                $count++
            }
            $transaction.Commit()
        }
        finally { $transaction.Dispose() }
        if ($row) { continue }
        # Other scripts have locked the remaining rows. A row becomes available again if the script that locked the row is killed.
        if (-not (Invoke-Sql 'SELECT 1 FROM inputs WHERE done IS NULL LIMIT 1')) { break }
        Start-Sleep -Milliseconds 500
    }
    "$count rows"
}
finally {
    $database.Dispose()
    Close-QwenStore $store
}
