# Per-minute limits: the service's limits (-UseServiceLimits of Set- and New-QwenConnection), and the emulator's own limits.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-TestEmulator -Emulator @{ RequestsPerMinute = 1200; TokensPerMinute = 500000 }
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe '-UseServiceLimits' {
    It 'reads the limits of all models when the connection is created, and shows their number: <_>' -ForEach 'New-QwenConnection', 'Set-QwenConnection' {
        $connection = & $_ -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -UseServiceLimits -WarningVariable told
        if (-not $connection) { $connection = Get-QwenConnection }
        $told | Should -BeNullOrEmpty
        $connection.ServiceLimits.Count | Should -Be @(Get-QwenModel).Count
        $limit = $connection.ServiceLimits | Where-Object Model -EQ qwen3.6-plus
        $limit.RequestsPerMinute | Should -Be 1200
        $limit.TokensPerMinute | Should -Be 500000
        "$limit" | Should -Be 'qwen3.6-plus: 1200 requests and 500000 tokens per minute'
        ($connection | Out-String) | Should -Match 'ServiceLimits +: of \d+ models'
        $connection.RequestsPerMinute | Should -BeNullOrEmpty
    }

    It 'spaces out the requests of a model, and does not affect other connections' {
        $limited = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -UseServiceLimits
        $watch = [Diagnostics.Stopwatch]::StartNew()
        (1..9 | Send-QwenMessage -ThrottleLimit 9 -Connection $limited -Thinking Off).Count | Should -Be 9
        # At 1,200 requests per minute, nine requests have eight intervals of 50 ms.
        $watch.Elapsed.TotalMilliseconds | Should -BeGreaterThan 390
        (New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey).ServiceLimits | Should -BeNullOrEmpty
    }

    It 'passes the limits to a job, without the key' {
        $limited = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -UseServiceLimits
        $file = Join-Path $TestDrive connection.xml
        $limited | Export-Clixml $file
        $read = New-QwenConversation -Connection (Import-Clixml $file)
        $read.Connection.ServiceLimits.Count | Should -Be $limited.ServiceLimits.Count
        $read.Connection.ServiceLimits[0] | Should -Be $limited.ServiceLimits[0]
    }

    It 'creates the connection with a warning if the server has no list' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ Status = 404; Times = 2 })
        try {
            $connection = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -UseServiceLimits `
                -WarningVariable told -WarningAction SilentlyContinue
        }
        finally { $emulator.ClearFaults() }
        $told | Should -BeLike '*has no list of rate limits*-RequestsPerMinute*'
        $connection.HasApiKey | Should -BeTrue
        $connection.ServiceLimits | Should -BeNullOrEmpty
    }

    It 'writes a warning if <Why>' -ForEach @(
        @{ Why = 'there is no key'; How = @{ BaseUri = 'http://localhost:1' }; Says = '*could not be read*no API key*' }
        @{ Why = 'the key is rejected'; How = @{ ApiKey = 'sk-wrong' }; Says = '*could not be read*API*key*' }
        @{ Why = 'no server listens'; How = @{ BaseUri = 'http://127.0.0.1:9'; ApiKey = 'sk-1'; MaximumRetryCount = 0 }; Says = '*could not be read*' }
        @{ Why = 'it is a different kind of server'; How = @{ CompatibleUri = 'http://127.0.0.1:9/v1' }; Says = '*has no list*' }
    ) {
        $at = if ($How.BaseUri -or $How.CompatibleUri) { @{} } else { @{ BaseUri = $emulator.BaseUri } }
        $connection = New-QwenConnection @at @How -UseServiceLimits -WarningVariable told -WarningAction SilentlyContinue
        $told.Count | Should -Be 1
        $told | Should -BeLike $Says
        $connection.ServiceLimits | Should -BeNullOrEmpty
    }

    It 'sets the connection before -WarningAction Stop ends the command' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ Status = 404; Times = 2 })
        $old = Get-QwenConnection
        try {
            { Set-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -IdleTimeoutSeconds 7 -UseServiceLimits -WarningAction Stop } |
                Should -Throw '*has no list of rate limits*'
            (Get-QwenConnection).IdleTimeout.TotalSeconds | Should -Be 7
        }
        finally {
            $emulator.ClearFaults()
            Set-QwenConnection -BaseUri $old.BaseUri -ApiKey $emulator.ApiKey
        }
    }

    It 'writes a warning if the emulator has no limits' {
        $free = Start-QwenEmulator
        try {
            $null = New-QwenConnection -BaseUri $free.BaseUri -ApiKey $free.ApiKey -UseServiceLimits -WarningVariable told -WarningAction SilentlyContinue
            $told | Should -BeLike '*lists no rate limits*'
        }
        finally { $free | Stop-QwenEmulator }
    }

    It 'can be stopped while the service is silent' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ NeverAnswer = $true })
        try {
            $result = Invoke-AndStop -Variable @{ emulator = $emulator } {
                Import-Module QwenChat
                New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -UseServiceLimits
            } { $emulator.ActiveRequests -eq 1 }
            $result.State | Should -Be 'Stopped'
            $result.Output | Should -BeNullOrEmpty
            $result.Errors | Should -BeNullOrEmpty
        }
        finally { $emulator.ClearFaults() }
    }
}

Describe 'An emulator with limits' {
    It 'rejects requests above its <Limit>, with <Api>, until a minute has passed' -ForEach @(
        foreach ($api in 'ChatCompletions', 'Responses', 'DashScope') {
            @{ Limit = 'requests'; Api = $api; How = @{ RequestsPerMinute = 2 } }
            @{ Limit = 'tokens'; Api = $api; How = @{ TokensPerMinute = 20 } }
        }
    ) {
        $tight = Start-QwenEmulator @How
        try {
            $once = New-QwenConnection -BaseUri $tight.BaseUri -ApiKey $tight.ApiKey -MaximumRetryCount 0
            $sent = 0
            $failure = try { while ($true) { $null = Send-QwenMessage 'Hello' -Connection $once -Api $Api -ErrorAction Stop; $sent++ } } catch { $_ }
            $sent | Should -Be ($Limit -eq 'requests' ? 2 : 1)
            $failure.FullyQualifiedErrorId | Should -Be 'QwenRateLimited,QwenChat.Commands.SendQwenMessageCommand'
            # Each model has its own limits.
            (Send-QwenMessage 'Hello' -Connection $once -Api $Api -Model qwen3.7-max).State | Should -Be 'Completed'
            $tight.AdvanceClock([timespan]::FromMinutes(1))
            (Send-QwenMessage 'Hello' -Connection $once -Api $Api).State | Should -Be 'Completed'
        }
        finally { $tight | Stop-QwenEmulator }
    }

    It 'also rejects embedding requests above its limits' {
        $tight = Start-QwenEmulator -RequestsPerMinute 1
        try {
            $once = New-QwenConnection -BaseUri $tight.BaseUri -ApiKey $tight.ApiKey -MaximumRetryCount 0
            $null = ConvertTo-QwenEmbedding 'Hello' -Connection $once
            { ConvertTo-QwenEmbedding 'Hello' -Connection $once } | Should -Throw -ErrorId 'QwenRateLimited,*'
        }
        finally { $tight | Stop-QwenEmulator }
    }

    It 'receives no excess requests from a connection that uses its limits' {
        $tight = Start-QwenEmulator -RequestsPerMinute 600
        try {
            $limited = New-QwenConnection -BaseUri $tight.BaseUri -ApiKey $tight.ApiKey -MaximumRetryCount 0 -UseServiceLimits
            (1..15 | Send-QwenMessage -ThrottleLimit 15 -Connection $limited -Thinking Off -ErrorVariable failed).Count | Should -Be 15
            $failed | Should -BeNullOrEmpty
        }
        finally { $tight | Stop-QwenEmulator }
    }
}
