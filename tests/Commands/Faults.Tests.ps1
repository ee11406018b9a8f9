# Each network fault must result in the right error, an unchanged conversation, and no open connection.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-TestEmulator -Connection @{ MaximumRetryCount = 0 }
    $impatient = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -MaximumRetryCount 0 -FirstByteTimeoutSeconds 1 -IdleTimeoutSeconds 1

    # Sends a message with a fault, and returns the error record. The fault does not affect requests for the conversation object.
    function Get-Failure([string] $Api, [string] $Message = 'Hello', [hashtable] $Fault, $Connection, [hashtable] $Option = @{}) {
        $path = if ($Api -eq 'Conversations') { '/responses' }
        if ($Fault) { $emulator.AddFault([QwenChat.QwenEmulatorFault]($Fault + @{ Path = $path })) }
        $new = @{ Api = $Api }
        if ($Connection) { $new.Connection = $Connection }
        $conversation = New-QwenConversation @new
        $failure = $null
        try { $null = Send-QwenMessage $conversation $Message -ErrorAction Stop @Option } catch { $failure = $_ }
        $emulator.ClearFaults()
        Wait-Until { $emulator.ActiveRequests -eq 0 }
        $conversation.Turns.Count | Should -Be 0 -Because 'a failed turn does not change the conversation'
        $failure
    }
    # Sends a message whose answer is lost, and returns the answer that was read from the conversation object.
    function Get-FoundText([hashtable] $Fault, $Connection) {
        $emulator.AddFault([QwenChat.QwenEmulatorFault]($Fault + @{ Path = '/responses' }))
        $new = @{ Api = 'Conversations' }
        if ($Connection) { $new.Connection = $Connection }
        $conversation = New-QwenConversation @new
        $sent = $emulator.Requests.Count
        $reply = Send-QwenMessage $conversation 'Hello' -WarningAction SilentlyContinue -WarningVariable warning
        $emulator.ClearFaults()
        @($emulator.Requests | Select-Object -Skip $sent | Where-Object Path -Match '/responses').Count |
            Should -Be 1 -Because 'a turn must not be in the object twice'
        "$warning" | Should -Match 'response was lost'
        $conversation.Turns.Count | Should -Be 1
        $reply.Text
    }
    function Get-Id($Failure) { $Failure.FullyQualifiedErrorId -split ',' | Select-Object -First 1 }
}

BeforeDiscovery {
    Import-Module QwenChat
    $gzip, $brotli = 'gzip', 'br' | ForEach-Object {
        $header = [Collections.Generic.Dictionary[string, string]]::new()
        $header['content-encoding'] = $_
        $header
    }
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'Faults with <api>, streamed <stream>' -ForEach @(
    foreach ($api in 'ChatCompletions', 'Responses', 'Conversations', 'DashScope') { foreach ($stream in $false, $true) { @{ api = $api; stream = $stream } } }
) {
    It '<id>: <what>' -ForEach @(
        @{ what = 'status 400'; id = 'QwenInvalidRequest'; fault = @{ Status = 400 } }
        @{ what = 'status 401'; id = 'QwenAuthenticationFailed'; fault = @{ Status = 401 } }
        @{ what = 'status 403'; id = 'QwenAccessDenied'; fault = @{ Status = 403 } }
        @{ what = 'status 429'; id = 'QwenRateLimited'; fault = @{ Status = 429 } }
        @{ what = 'status 500'; id = 'QwenServiceUnavailable'; fault = @{ Status = 500 } }
        @{ what = 'status 503 with a page'; id = 'QwenServiceUnavailable'; fault = @{ Status = 503; Body = '<html>Down</html>'; ContentType = 'text/html' } }
        @{ what = 'an unpaid bill'; id = 'QwenBilling'
        fault = @{
            Status = 400; Body = '{"code":"Arrearage","message":"Access denied, please make sure your account is in good standing.","request_id":"r"}'
        } }
        @{ what = 'content inspection'; id = 'QwenContentFiltered'
        fault = @{
            Status = 400; Body = '{"error":{"code":"data_inspection_failed","param":null,"message":"Input data may contain inappropriate content.","type":"data_inspection_failed"},"request_id":"r"}'
        } }
        @{ what = 'a page instead of an answer'; id = 'QwenProtocolError'; fault = @{ Status = 200; Body = '<html>Sign in</html>'; ContentType = 'text/html' } }
        @{ what = 'half a header'; processed = $true; id = 'QwenConnectionFailed'; fault = @{ CutInHeaders = $true } }
        @{ what = 'a reset before the headers'; id = 'QwenConnectionFailed'; fault = @{ CutBeforeHeaders = $true; Cut = 'Reset' } }
        @{ what = 'a reset after the headers'; processed = $true; id = 'QwenStreamBroken'; fault = @{ CutAfterBytes = 0; Cut = 'Reset' } }
        @{ what = 'a body that is cut'; processed = $true; id = 'QwenStreamBroken'; fault = @{ CutAfterBytes = 30; Cut = 'Close' } }
        @{ what = 'a body that is reset'; processed = $true; id = 'QwenStreamBroken'; fault = @{ CutAfterBytes = 30; Cut = 'Reset' } }
        @{ what = 'a server that never answers'; id = 'QwenTimeout'; fault = @{ NeverAnswer = $true }; quick = $true }
        @{ what = 'silence after the headers'; processed = $true; id = 'QwenTimeout'; fault = @{ DelayAfterHeaders = [timespan]::FromMinutes(1) }
        quick = $true }
        @{ what = 'half of a compressed body'; processed = $true; id = 'QwenStreamBroken'; fault = @{ Gzip = $true; CutAfterBytes = 40; Cut = 'Truncate' } }
        @{ what = 'a body that claims to be compressed'; id = 'QwenStreamBroken'; fault = @{ Status = 200; Body = '{"plain":true}'; Headers = $gzip } }
        @{ what = 'a body that claims a different compression'; id = 'QwenStreamBroken'; fault = @{ Status = 200; Body = '{"plain":true}'; Headers = $brotli } }
        @{ what = 'an error that claims to be compressed'; id = 'QwenServiceUnavailable'
        fault = @{ Status = 502; Body = '<html>Down</html>'; Headers = $gzip } }
        @{ what = 'a redirect'; id = 'QwenConnectionFailed'; fault = @{ RedirectTo = 'https://example.org/' } }
    ) {
        # The service keeps the turn although its answer was lost, so the answer is read from the conversation object.
        if ($_.processed -and $api -eq 'Conversations' -and -not $stream) {
            $connection = if ($_.quick) { $impatient } else { $null }
            Get-FoundText -Fault $fault -Connection $connection | Should -Match 'Hello'
            return
        }
        $failure = Get-Failure $api -Fault $fault -Option @{ Stream = $stream } -Connection ($_.quick ? $impatient : $null)
        Get-Id $failure | Should -BeExactly $id -Because "$failure"
        $failure.ErrorDetails.Message | Should -Not -BeNullOrEmpty
        $failure.TargetObject | Should -BeExactly 'Hello'
    }

    It 'QwenContextLengthExceeded: a message of 5 MB' {
        $failure = Get-Failure $api -Message ('word ' * 1mb) -Option @{ Stream = $stream }
        Get-Id $failure | Should -BeExactly QwenContextLengthExceeded -Because "$failure"
    }
}

Describe 'Faults within a stream with <api>' -ForEach @{ api = 'ChatCompletions' }, @{ api = 'Responses' }, @{ api = 'Conversations' }, @{ api = 'DashScope' } {
    It 'reports an error event after <after> events' -ForEach @{ after = 0 }, @{ after = 3 }, @{ after = 8 } {
        $failure = Get-Failure $api -Message 'one two three four five six seven eight nine ten' -Fault @{ ErrorAfterEvents = $after } -Option @{ Stream = $true
        Thinking = 'Off' }
        Get-Id $failure | Should -BeExactly QwenServiceUnavailable -Because "$failure"
    }

    It 'reports silence within a stream as a timeout, and names the timeout' {
        $failure = Get-Failure $api -Fault @{ DelayBetweenEvents = [timespan]::FromSeconds(30) } -Option @{ Stream = $true } -Connection $impatient
        Get-Id $failure | Should -BeExactly QwenTimeout
        "$failure" | Should -Match 'TimeoutSeconds'
    }
}

Describe 'Addresses' {
    It 'rejects an invalid address' -ForEach 'not an address', 'ftp://example.org', 'http://', '/compatible-mode/v1' {
        { Set-QwenConnection -BaseUri $_ -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest*'
    }

    It 'reports that no server listens on the address' {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $port = $listener.LocalEndpoint.Port
        $listener.Stop()
        $connection = New-QwenConnection -BaseUri "http://127.0.0.1:$port" -ApiKey sk-none -MaximumRetryCount 0
        $failure = Get-Failure ChatCompletions -Connection $connection
        Get-Id $failure | Should -BeExactly QwenConnectionFailed
        "$failure" | Should -Match 'Set-QwenConnection|Get-QwenConnection'
    }

    It 'reports that the key is not valid for the address' {
        $connection = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey sk-of-another-region
        $failure = Get-Failure Responses -Connection $connection
        Get-Id $failure | Should -BeExactly QwenAuthenticationFailed
        "$failure" | Should -Match 'accepts only its own key'
    }

    It 'lists the three ways to set a key' {
        $text = Invoke-FreshShell {
            try { Send-QwenMessage 'Hello' } catch { $_.FullyQualifiedErrorId; $_.ErrorDetails.Message }
        }
        "$text" | Should -Match 'QwenApiKeyMissing'
        "$text" | Should -Match 'Set-QwenConnection.*-ApiKey'
        "$text" | Should -Match 'DASHSCOPE_API_KEY'
        "$text" | Should -Match 'DASHSCOPE_API_KEY_FILE_PATH'
    }
}

Describe 'Retrying' {
    It 'waits for a busy service, and reports the wait with -Verbose' {
        $connection = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -MaximumRetryCount 1
        $header = [Collections.Generic.Dictionary[string, string]]::new()
        $header['Retry-After'] = '0'
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Status = 503; Headers = $header })
        $before = $emulator.Requests.Count
        $output = Send-QwenMessage 'Hello' -Connection $connection -Verbose 4>&1
        $output[-1].Text | Should -Not -BeNullOrEmpty
        $emulator.Requests.Count | Should -Be ($before + 2)
        ($output | Where-Object { $_ -is [Management.Automation.VerboseRecord] }) -join "`n" | Should -Match 'Retrying in'
    }
}
