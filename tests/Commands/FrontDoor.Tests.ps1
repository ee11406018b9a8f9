# The first error that a new user sees must contain the address and the right advice.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $kept = 'DASHSCOPE_API_KEY', 'DASHSCOPE_API_KEY_FILE_PATH', 'DASHSCOPE_HTTP_BASE_URL' |
        ForEach-Object { @{ Name = $_; Value = [Environment]::GetEnvironmentVariable($_) } }
    $kept | ForEach-Object { [Environment]::SetEnvironmentVariable($_.Name, $null) }
    Import-Module QwenChat

    function Get-Failure([scriptblock] $Script) { try { $null = & $Script } catch { return $_ } }
    # No server listens on this address.
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $silent = "http://127.0.0.1:$($listener.LocalEndpoint.Port)"
    $listener.Stop()
}

AfterAll {
    Stop-QwenEmulator
    $kept | ForEach-Object { [Environment]::SetEnvironmentVariable($_.Name, $_.Value) }
    Remove-Module QwenChat
}

Describe 'A conversation before its first turn' {
    BeforeEach {
        Remove-Module QwenChat
        Import-Module QwenChat
    }

    It 'uses the connection that is set after an error: <Name>' -ForEach @(
        @{ Name = 'New-QwenConversation'; Make = { New-QwenConversation talk } }
        @{ Name = 'a copy'; Make = { Copy-QwenConversation (New-QwenConversation) -Name talk } }
        @{ Name = 'Get-QwenConversation -OrNew'; Make = { Get-QwenConversation talk -OrNew } }
        @{ Name = 'a conversation in a store'; Make = { Get-QwenConversation talk -Store (Join-Path $TestDrive front.db) -OrNew } }
        @{ Name = 'a conversation whose turn was undone'
        Make = { $begun = New-QwenConversation talk; $e = Start-QwenEmulator; $null = Send-QwenMessage $begun 'x' -Connection $e; Undo-QwenTurn $begun
        $begun } }
    ) {
        $c = & $Make
        $failure = Get-Failure { Send-QwenMessage $c 'Hello' }
        $failure.FullyQualifiedErrorId | Should -Be 'QwenApiKeyMissing,QwenChat.Commands.SendQwenMessageCommand'
        "$failure" | Should -Match 'Set-QwenConnection'
        $emulator = Start-QwenEmulator
        $emulator | Set-QwenConnection
        (Send-QwenMessage $c 'Hello').State | Should -Be 'Completed'
        $emulator.Requests.Count | Should -Be 1
        $c.Connection.BaseUri | Should -Be $emulator.BaseUri
    }

    It 'uses a key that is set in the environment later' {
        $c = New-QwenConversation
        $env:DASHSCOPE_API_KEY = 'sk-later'
        try { (Send-QwenMessage $c 'Hello' -DryRun).Address.Host | Should -Be 'dashscope-intl.aliyuncs.com' } finally { $env:DASHSCOPE_API_KEY = $null }
        $c.Connection.HasApiKey | Should -BeTrue
    }

    It 'uses the API and model of the connection, unless they were set for the conversation' {
        $c, $named = (New-QwenConversation), (New-QwenConversation -Api Responses -Model qwen-max)
        Set-QwenConnection -CompatibleUri "$silent/v1" -Model llama3
        (Send-QwenMessage $c 'Hello' -DryRun).Address | Should -Be "$silent/v1/chat/completions"
        $c.Api, $c.Model | Should -Be 'ChatCompletions', 'llama3'
        (Send-QwenMessage $named 'Hello' -DryRun).Address | Should -Be "$silent/v1/responses"
        $named.Api, $named.Model | Should -Be 'Responses', 'qwen-max'
    }

    It 'keeps a specified connection' {
        $own, $other = (Start-QwenEmulator), (Start-QwenEmulator)
        $c = New-QwenConversation -Connection $own
        $d = Set-QwenConversation (New-QwenConversation) -Connection $own -PassThru
        $other | Set-QwenConnection
        $null = $c, $d | Send-QwenMessage 'Hello'
        $own.Requests.Count, $other.Requests.Count | Should -Be 2, 0
    }

    It 'keeps its connection in a runspace that has no connection' {
        $emulator = Start-QwenEmulator
        $emulator | Set-QwenConnection
        $c = New-QwenConversation
        $shell = [powershell]::Create([runspacefactory]::CreateRunspace())
        $shell.Runspace.Open()
        try {
            $null = $shell.AddCommand('Import-Module').AddParameter('Name', 'QwenChat').AddStatement().AddCommand('Send-QwenMessage').AddParameters(
                @{ Conversation = $c; Message = 'Hello' }).Invoke()
        }
        finally { $shell.Runspace.Dispose() }
        $emulator.Requests.Count | Should -Be 1
    }

    It 'keeps the connection after its first turn' {
        $first, $second = (Start-QwenEmulator), (Start-QwenEmulator)
        $first | Set-QwenConnection
        $c = New-QwenConversation
        $null = Send-QwenMessage $c 'One'
        $second | Set-QwenConnection
        $null = Send-QwenMessage $c 'Two'
        $first.Requests.Count, $second.Requests.Count | Should -Be 2, 0
    }
}

Describe 'The error' {
    BeforeAll {
        $emulator = Start-QwenEmulator
        $emulator | Set-QwenConnection
    }

    It 'of <Case> contains <Says> and the address' -ForEach @(
        @{ Case = 'a conversation whose emulator was stopped'; Says = '*has been stopped*Set-QwenConversation $c -Connection (Start-QwenEmulator)*'
        Address = { $gone.BaseUri }
            Fails = { $gone = Start-QwenEmulator; $c = New-QwenConversation -Connection $gone; $gone.Dispose(); Send-QwenMessage $c 'x' } }
        @{ Case = 'a call whose emulator was stopped'; Says = '*has been stopped*-Connection (Start-QwenEmulator)*'; Address = { $gone.BaseUri }
            Fails = { $gone = Start-QwenEmulator; $gone.Dispose(); Send-QwenMessage 'x' -Connection $gone } }
        @{ Case = 'a session whose emulator was stopped'; Says = '*has been stopped*Start-QwenEmulator | Set-QwenConnection*'; Address = { $gone.BaseUri }
            Fails = { $gone = Start-QwenEmulator; $gone | Set-QwenConnection; $gone.Dispose()
            try { Send-QwenMessage 'x' } finally { $emulator | Set-QwenConnection } } }
        @{ Case = 'a local server that is not running'; Says = '*Start the server*Set-QwenConversation $c -Connection (Get-QwenConnection)*'
        Address = { "$silent/v1" }
            Fails = { $c = New-QwenConversation -Connection (New-QwenConnection -CompatibleUri "$silent/v1" -MaximumRetryCount 0); Send-QwenMessage $c 'x' } }
        @{ Case = 'a key that another server does not accept'; Says = '*accepts only its own key*Set-QwenConversation $c -Connection $emulator*'
        Address = { $emulator.BaseUri }
            Fails = { $c = New-QwenConversation -Connection (New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey sk-other); Send-QwenMessage $c 'x' } }
        @{ Case = 'a conversation without its own key'; Says = '*Set-QwenConversation $c -Connection (Get-QwenConnection)*'
        Address = { 'https://dashscope.aliyuncs.com' }
            Fails = { $c = New-QwenConversation -Connection (New-QwenConnection -Region Beijing); Send-QwenMessage $c 'x' } }
        @{ Case = 'a call without a key'; Says = '*-Connection (New-QwenConnection -Region Beijing -ApiKey*'; Address = { 'https://dashscope.aliyuncs.com' }
            Fails = { Send-QwenMessage 'x' -Connection (New-QwenConnection -Region Beijing) } }
        @{ Case = 'an id from another server'; Says = '*a server knows only objects that were created there*'; Address = { $emulator.BaseUri }
            Fails = { Get-QwenConversation conv_0123456789abcdef -ErrorAction Stop } }
    ) {
        $failure = $null
        try { $null = . $Fails } catch { $failure = $_ }
        "$failure" | Should -BeLike $Says
        "$failure" | Should -BeLike "*$("$(& $Address)".TrimEnd('/'))*"
        $failure.Exception.Address.Authority | Should -Not -BeNullOrEmpty
    }

    It 'of a model that your own server does not have does not mention regions' {
        $server = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey
        "$(Get-Failure { Send-QwenMessage 'x' -Model nothing -Connection $server })" | Should -Match 'Get-QwenModel'
    }

    It 'is fixed by following its advice' {
        $gone = Start-QwenEmulator
        $c = New-QwenConversation -Connection $gone
        $null = Send-QwenMessage $c 'My name is Ada.' -Thinking Off
        $gone.Dispose()
        (Get-Failure { Send-QwenMessage $c 'What is my name?' }).FullyQualifiedErrorId | Should -BeLike 'QwenConnectionFailed*'
        Set-QwenConversation $c -Connection (Start-QwenEmulator)
        "$(Send-QwenMessage $c 'What is my name?' -Thinking Off -WarningAction SilentlyContinue)" | Should -Be 'Your name is Ada.'
    }
}
