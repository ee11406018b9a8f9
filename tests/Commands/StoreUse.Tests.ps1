# Failing, shared, read-only and PostgreSQL stores, and loading of the storage assembly.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-CountingEmulator
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'A store' {
    It 'is rejected before any request if it is closed' {
        $s = New-QwenStore (Join-Path $TestDrive closed.db)
        $s.Dispose()
        $before = $emulator.Requests.Count
        { New-QwenConversation -Store $s } | Should -Throw -ErrorId 'QwenStoreUnavailable,*'
        { Send-QwenMessage 'x' -Store $s } | Should -Throw -ErrorId 'QwenStoreUnavailable,*'
        { Get-QwenConversation -Store $s } | Should -Throw -ErrorId 'QwenStoreUnavailable,*'
        $emulator.Requests.Count | Should -Be $before
    }

    It 'loses no reply if it is closed: a warning is written, and the turns are saved when a store is set again' {
        $file = Join-Path $TestDrive again.db
        $s = New-QwenStore $file
        $c = New-QwenConversation trip -Api ChatCompletions -Store $s
        $null = Send-QwenMessage $c 'One'
        $s.Dispose()
        $reply = Send-QwenMessage $c 'Two' -WarningVariable warned -WarningAction SilentlyContinue
        $reply.Text | Should -Be '2: Two'
        $warned | Should -BeLike '1 turn of trip is not in the store yet*'
        Set-QwenConversation $c -Store (New-QwenStore $file)
        (Get-QwenConversation -Store $c.Store).Turns.Message | Should -Be 'One', 'Two'
    }

    It 'cannot be specified for an existing conversation' {
        $c = New-QwenConversation -Api ChatCompletions
        { Send-QwenMessage $c 'x' -Store (New-QwenStore (Join-Path $TestDrive begun.db)) } | Should -Throw '*not in the store*only to a new conversation*'
    }

    It 'is not changed by -DryRun or -WhatIf' {
        $s = New-QwenStore (Join-Path $TestDrive dry.db)
        $null = Send-QwenMessage 'x' -Store $s -Api ChatCompletions -DryRun
        Send-QwenMessage 'x' -Store $s -Api ChatCompletions -WhatIf
        Get-QwenConversation -Store $s | Should -BeNullOrEmpty
    }
}

Describe 'A store that several processes use' {
    It 'keeps the turns of each process, in order' {
        $file = Join-Path $TestDrive shared.db
        $s = New-QwenStore $file
        $key = [Net.NetworkCredential]::new('', $emulator.ApiKey).Password
        $uri = $emulator.BaseUri
        $manifest = Join-Path $ModulePath QwenChat.psd1
        $jobs = 1..2 | ForEach-Object {
            $name = "by $_"
            Start-Job {
                Import-Module $using:manifest
                Set-QwenConnection -BaseUri $using:uri -ApiKey $using:key
                $null = 1..20 | Send-QwenMessage -Conversation (
                    New-QwenConversation $using:name -Api ChatCompletions -Store (New-QwenStore $using:file)) -WarningAction Stop
            }
        }
        $jobs | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop
        foreach ($name in 'by 1', 'by 2') {
            (Get-QwenConversation -Store $s -Name $name).Turns.Text | Should -Be (1..20 | ForEach-Object { "${_}: $_" })
        }
    }
}

Describe 'A read-only store' {
    BeforeDiscovery {
        # The commands run as an unprivileged user, because no file is read-only for root.
        $isRoot = -not $IsWindows -and [Environment]::UserName -eq 'root'
        $cannot = $IsWindows -or ($isRoot -and -not (Get-Command setpriv -CommandType Application -ErrorAction Ignore))
    }

    It 'is rejected with advice' -Skip:$cannot -Tag 'needs a user for whom a file can be read-only, or setpriv: not on Windows' {
        $folder = Join-Path ([IO.Path]::GetTempPath()) "qwenchat-$([guid]::NewGuid())"
        $null = New-Item $folder -ItemType Directory
        Copy-Item $ModulePath (Join-Path $folder QwenChat) -Recurse
        (New-QwenStore (Join-Path $folder chats.db)).Dispose()
        Set-Content (Join-Path $folder try.ps1) {
            Import-Module (Join-Path $PSScriptRoot QwenChat/QwenChat.psd1)
            foreach ($name in 'chats.db', 'new.db') {
                try { $null = New-QwenStore (Join-Path $PSScriptRoot $name) } catch { "$($_.FullyQualifiedErrorId) $($_.Exception.Message)" }
            }
        }
        chmod -R a+rX,a-w $folder
        try {
            # If PowerShell is installed as a .NET tool, it is a DLL that dotnet runs, and there is no pwsh executable.
            $start = @([Environment]::ProcessPath)
            if ((Split-Path $start[0] -LeafBase) -eq 'dotnet') { $start += Join-Path $PSHOME pwsh.dll }
            if ([Environment]::UserName -eq 'root') {
                $start = @('setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', 'env', 'HOME=/nonexistent') + $start
            }
            # The arguments must be an array, because a string would be splatted character by character.
            $program, [string[]] $arguments = $start
            $said = @(& $program @arguments -NoProfile -NonInteractive -File (Join-Path $folder try.ps1) 2>&1 | ForEach-Object ToString)
            if (-not ($said -match '^Qwen')) { Set-ItResult -Skipped -Because "only root can run PowerShell: $said" }
            $said[0] | Should -BeLike 'QwenStoreUnavailable,*chats.db is read-only*Grant*different path*'
            $said[1] | Should -BeLike 'QwenStoreUnavailable,*new.db cannot be opened or created*can write*'
        }
        finally {
            chmod -R u+w $folder
            Remove-Item $folder -Recurse -Force
        }
    }
}

Describe 'A store in PostgreSQL' -Tag 'needs PostgreSQL: QWENCHAT_TEST_POSTGRES, and QWENCHAT_TEST_PGVECTOR for semantic search' -ForEach @(
    @{ Server = $env:QWENCHAT_TEST_POSTGRES; Meaning = $false }
    @{ Server = $env:QWENCHAT_TEST_PGVECTOR; Meaning = $true }
) {
    BeforeAll {
        if (-not $Server) { return }
        # Uses the driver that the module has loaded.
        function Invoke-TestSql([string] $Sql) {
            $npgsql = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'Npgsql' } | Select-Object -First 1
            $connection = [Activator]::CreateInstance($npgsql.GetType('Npgsql.NpgsqlConnection'), $Server)
            try {
                $connection.Open()
                $command = $connection.CreateCommand()
                $command.CommandText = $Sql
                $null = $command.ExecuteNonQuery()
            }
            finally { $connection.Dispose() }
        }

        $schema = 'test_' + [guid]::NewGuid().ToString('N')
        # This call fails, but loads the driver.
        { New-QwenStore -ConnectionString 'Host=127.0.0.1;Port=1;Username=me' } | Should -Throw
        Invoke-TestSql "CREATE SCHEMA $schema"
        $address = "$Server;Search Path=`"$schema,public`""
        $s = New-QwenStore -ConnectionString $address
    }
    AfterAll {
        if (-not $Server) { return }
        $s.Dispose()
        Invoke-TestSql "DROP SCHEMA $schema CASCADE"
    }

    It 'shows its location' -Skip:(-not $Server) {
        $s.Provider | Should -Be 'PostgreSQL'
        $s.Location | Should -Match '^\w+@[\w.]+:\d+/\w+$'
    }

    It 'keeps a conversation, which can be continued in another session' -Skip:(-not $Server) {
        $c = New-QwenConversation trip -Api ChatCompletions -Store $s -Instructions 'Be brief.' -Metadata @{ topic = 'food' }
        $null = 'One', 'Two' | Send-QwenMessage -Conversation $c
        $said = Invoke-FreshShell -Argument $address, $emulator.BaseUri, ([Net.NetworkCredential]::new('', $emulator.ApiKey).Password) {
            param($address, $uri, $key)
            Import-Module QwenChat
            Set-QwenConnection -BaseUri $uri -ApiKey $key
            $c = Get-QwenConversation -Store (New-QwenStore -ConnectionString $address) -Name trip
            "$($c.Instructions) $($c.Metadata.topic) $($c.TurnCount)"
            (Send-QwenMessage $c 'Three').Text
        }
        $said | Should -Be 'Be brief. food 2', '3: Three'
        (Get-QwenConversation -Store $s -Name trip).Turns.Message | Should -Be 'One', 'Two', 'Three'
    }

    It 'reflects an undo and a branch, and supports keyword search' -Skip:(-not $Server) {
        $c = New-QwenConversation tea -Api ChatCompletions -Store $s
        $null = 'Which green tea is sweet?', 'Where are quiet temples in Kyoto?' | Send-QwenMessage -Conversation $c
        $branch = Copy-QwenConversation $c
        Undo-QwenTurn $c
        (Get-QwenConversation -Store $s -Name tea).TurnCount | Should -Be 1
        (Get-QwenConversation -Store $s -Id $branch.Id).Name | Should -BeNullOrEmpty
        (Search-QwenConversation $s 'quiet kyoto' -Mode Words | Get-QwenConversation).Id | Should -Be $branch.Id
    }

    It 'supports semantic search' -Skip:(-not $Server -or -not $Meaning) {
        $hits = Search-QwenConversation $s 'quiet temples in Kyoto' -Top 2
        $hits[0].Text | Should -BeLike '*Kyoto*'
        (Get-QwenConversation -Store $s -Id $hits[0].ConversationId).TurnCount | Should -Be 2
    }

    It 'removes a conversation' -Skip:(-not $Server) {
        Get-QwenConversation -Store $s | Remove-QwenConversation
        Get-QwenConversation -Store $s | Should -BeNullOrEmpty
    }
}

Describe 'The storage assembly' {
    It 'is loaded when the first store is opened, in its own load context' {
        $said = Invoke-FreshShell -Argument (Join-Path $TestDrive own.db) {
            param($file)
            function Loaded {
                ([AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -match '^QwenChat\.|Sqlite|SQLitePCL|Npgsql' } |
                    ForEach-Object { [Runtime.Loader.AssemblyLoadContext]::GetLoadContext($_).Name } | Sort-Object -Unique) -join ','
            }
            Import-Module QwenChat
            $null = Start-QwenEmulator | Set-QwenConnection
            $null = Send-QwenMessage 'Hello'
            "before: $(Loaded)"
            $null = New-QwenStore $file
            "after: $(Loaded)"
        }
        $said | Should -Be 'before: ', 'after: QwenChat.Storage'
    }

    It 'does not conflict with other versions of its packages that a user has loaded' {
        $other = Join-Path $TestDrive other
        $log = dotnet build (Join-Path $PSScriptRoot OtherPackages) --nologo --verbosity quiet --output $other
        $LASTEXITCODE | Should -Be 0 -Because ($log -join "`n")
        foreach ($first in 'theirs', 'ours') {
            $said = Invoke-FreshShell -Argument $other, (Join-Path $TestDrive "$first-chats.db"), (Join-Path $TestDrive "$first-mine.db"), $first {
                param($other, $chats, $mine, $first)
                Import-Module QwenChat
                Start-QwenEmulator | Set-QwenConnection
                function Theirs {
                    'Npgsql.dll', 'SQLitePCLRaw.core.dll', 'SQLitePCLRaw.provider.e_sqlite3.dll', 'SQLitePCLRaw.batteries_v2.dll', 'Microsoft.Data.Sqlite.dll' |
                        ForEach-Object { $null = [Reflection.Assembly]::LoadFrom((Join-Path $other $_)) }
                    $native = Get-ChildItem (Join-Path $other "runtimes/$([Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier)/native") -File |
                        Select-Object -First 1
                    $null = [Runtime.InteropServices.NativeLibrary]::Load($native.FullName)
                    [SQLitePCL.Batteries_V2]::Init()
                    $db = [Microsoft.Data.Sqlite.SqliteConnection]::new("Data Source=$mine;Pooling=False")
                    $db.Open()
                    $command = $db.CreateCommand()
                    $command.CommandText = 'CREATE TABLE IF NOT EXISTS t (x); INSERT INTO t VALUES (1); SELECT COUNT(*) FROM t'
                    if ($server = $env:QWENCHAT_TEST_POSTGRES ?? $env:QWENCHAT_TEST_PGVECTOR) {
                        $pg = [Npgsql.NpgsqlConnection]::new($server)
                        $pg.Open()
                        $pg.Dispose()
                    }
                    "theirs: $($command.ExecuteScalar()) row, Npgsql $([Npgsql.NpgsqlConnection].Assembly.GetName().Version.Major), Sqlite $($db.GetType().Assembly.GetName().Version.Major)"
                    $db.Dispose()
                }
                function Ours {
                    $s = New-QwenStore $chats
                    $null = Send-QwenMessage 'Hello' -Name a -Store $s
                    "ours: $((Get-QwenConversation -Store $s).Turns.Count) turn"
                    try { New-QwenStore -ConnectionString 'Host=127.0.0.1;Port=1;Username=me' } catch { "ours: $($_.FullyQualifiedErrorId)" }
                }
                if ($first -eq 'theirs') { Theirs; Ours } else { Ours; Theirs }
            }
            $said | Sort-Object | Should -Be 'ours: 1 turn', 'ours: QwenStoreUnavailable,QwenChat.Commands.NewQwenStoreCommand',
                'theirs: 1 row, Npgsql 8, Sqlite 8'
        }
    }

    It 'causes an error if it is missing' {
        $copy = Join-Path $TestDrive without
        Copy-Item $ModulePath $copy -Recurse
        Remove-Item (Join-Path $copy Storage) -Recurse
        $said = Invoke-FreshShell -Argument $copy {
            param($copy)
            Import-Module (Join-Path $copy QwenChat.psd1)
            try { New-QwenStore ./x.db } catch { "$($_.FullyQualifiedErrorId) $($_.Exception.Message)" }
        }
        $said -join ' ' | Should -BeLike 'QwenStoreUnavailable,* SQLite could not be loaded*reinstall the module*'
    }
}
