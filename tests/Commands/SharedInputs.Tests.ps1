# Runs docs/examples/worker.ps1 (see about_QwenBulk) in several processes that share one input table and one store.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $worker = Join-Path $RepositoryRoot docs/examples/worker.ps1
}

Describe 'Processes that share the inputs of a table' -Tag 'needs PostgreSQL: QWENCHAT_TEST_POSTGRES' -Skip:(-not $env:QWENCHAT_TEST_POSTGRES) {
    BeforeAll {
        Import-Module QwenChat
        'Microsoft.Extensions.Logging.Abstractions', 'Npgsql' | ForEach-Object { Add-Type -Path (Join-Path $ModulePath "Storage/$_.dll") }

        function Invoke-Sql([string] $Sql, [string] $Database = $address) {
            $connection = [Npgsql.NpgsqlConnection]::new($Database)
            try {
                $connection.Open()
                $reader = [Npgsql.NpgsqlCommand]::new($Sql, $connection).ExecuteReader()
                while ($reader.Read()) { , @(0..($reader.FieldCount - 1) | ForEach-Object { $reader.GetValue($_) }) }
            }
            finally { $connection.Dispose() }
        }

        function Start-Worker {
            $start = [Diagnostics.ProcessStartInfo] @{ FileName = [Environment]::ProcessPath; RedirectStandardOutput = $true; RedirectStandardError = $true }
            if ((Split-Path $start.FileName -LeafBase) -eq 'dotnet') { $start.ArgumentList.Add((Join-Path $PSHOME pwsh.dll)) }
            '-NoProfile', '-File', $worker, '-ConnectionString', $address | ForEach-Object { $start.ArgumentList.Add($_) }
            $start.Environment['DASHSCOPE_API_KEY'] = [Net.NetworkCredential]::new('', $emulator.ApiKey).Password
            $start.Environment['DASHSCOPE_HTTP_BASE_URL'] = "$($emulator.BaseUri)"
            [Diagnostics.Process]::Start($start)
        }

        # Returns the emulator's requests, grouped by row.
        function Get-Asked { $emulator.Requests | Where-Object Method -EQ POST | ForEach-Object { [regex]::Match($_.Body, 'ticket \d+').Value } | Group-Object }
    }

    BeforeEach {
        $name = "qwenchat_$([guid]::NewGuid().ToString('n'))"
        $null = Invoke-Sql "CREATE DATABASE $name" $env:QWENCHAT_TEST_POSTGRES
        $address = "$env:QWENCHAT_TEST_POSTGRES;Database=$name;Pooling=false"
        $null = Invoke-Sql 'CREATE TABLE inputs (id bigint PRIMARY KEY, text text NOT NULL, answer text, error text, done timestamptz)'
        $null = Invoke-Sql "INSERT INTO inputs SELECT n, 'ticket ' || n || '.' FROM generate_series(1, 40) n"
        $emulator = Start-QwenEmulator
        $workers = @()
    }

    AfterEach {
        foreach ($process in $workers) {
            if (-not $process.HasExited) { $process.Kill() }
            $process.WaitForExit()
            $process.Dispose()
        }
        $emulator | Stop-QwenEmulator
        $null = Invoke-Sql "DROP DATABASE $name WITH (FORCE)" $env:QWENCHAT_TEST_POSTGRES
    }

    It 'answer each input once' {
        $workers = 1..3 | ForEach-Object { Start-Worker }
        $counts = foreach ($process in $workers) {
            $errors = $process.StandardError.ReadToEndAsync()
            [int] ($process.StandardOutput.ReadToEnd() -replace '\D')
            $errors.Result | Should -BeNullOrEmpty
        }
        ($counts | Measure-Object -Sum).Sum | Should -Be 40
        $rows = Invoke-Sql 'SELECT id, answer, error FROM inputs WHERE done IS NOT NULL ORDER BY id'
        $rows.Count | Should -Be 40
        $rows | Where-Object { $_[1] -notlike "*ticket $($_[0]).*" -or $_[2] -isnot [DBNull] } | Should -BeNullOrEmpty
        $asked = Get-Asked
        $asked.Count | Should -Be 40
        $asked | Where-Object Count -NE 1 | Should -BeNullOrEmpty
        $store = New-QwenStore -ConnectionString $address
        try { (Get-QwenConversation -Store $store -Summary).Name | Sort-Object { [int] ($_ -replace '\D') } | Should -Be (1..40 | ForEach-Object { "input $_" }) }
        finally { Close-QwenStore $store }
    }

    It 'answer each input once when one process is killed <When>' -ForEach @(
        @{ When = 'while it waits for an answer'; Fault = @{ NeverAnswer = $true; Times = 1; Skip = 5 } }
        @{ When = 'at any time'; Fault = @{ DelayBeforeHeaders = [timespan]::FromMilliseconds(20); Times = 1000 } }
    ) {
        $emulator.AddFault([QwenChat.QwenEmulatorFault] $Fault)
        $workers = @(Start-Worker)
        # With NeverAnswer, the first process waits for its sixth answer until it is killed. With the delay, the process continues until it is killed.
        Wait-Until -Seconds 60 { ($emulator.Requests | Where-Object Method -EQ POST).Count -ge 6 }
        $workers += Start-Worker
        $workers += Start-Worker
        $workers[0].Kill()
        foreach ($process in $workers[1..2]) {
            $errors = $process.StandardError.ReadToEndAsync()
            $null = $process.StandardOutput.ReadToEnd()
            $errors.Result | Should -BeNullOrEmpty
        }
        $rows = Invoke-Sql 'SELECT id, answer, error FROM inputs WHERE done IS NOT NULL ORDER BY id'
        $rows.Count | Should -Be 40
        $rows | Where-Object { $_[1] -notlike "*ticket $($_[0]).*" -or $_[2] -isnot [DBNull] } | Should -BeNullOrEmpty
        $asked = Get-Asked
        $asked.Count | Should -Be 40
        # At most one row is sent again: the row whose answer was not stored when the process was killed.
        @($asked | Where-Object Count -GT 1).Count | Should -BeLessOrEqual 1
        ($asked | Measure-Object Count -Maximum).Maximum | Should -BeLessOrEqual 2
        $store = New-QwenStore -ConnectionString $address
        try {
            $kept = Get-QwenConversation -Store $store -Summary
            $kept.Name | Sort-Object { [int] ($_ -replace '\D') } | Should -Be (1..40 | ForEach-Object { "input $_" })
            $kept.TurnCount | Where-Object { $_ -ne 1 } | Should -BeNullOrEmpty
        }
        finally { Close-QwenStore $store }
    }
}
